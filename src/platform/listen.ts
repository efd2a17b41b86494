import pg from 'pg';

/** A connection that hears what other processes tell (NOTIFY). */
export interface Listening {
  /** false = notices may be missed: look yourself, and often. */
  isUp(): boolean;
  close(): Promise<void>;
}

/** What is listened for, and where. */
export interface ListenOptions {
  readonly url: string;
  readonly applicationName: string;
  /** An identifier: small letters and `_`. */
  readonly channel: string;
  /** Called at each notification and at each (re)connect, before which notifications may be lost. Must not throw. */
  readonly onNotice: () => void;
}

const AGAIN_MS = 1_000;
const CONNECT_MS = 5_000;

/**
 * Listens on a connection of its own, and comes back when that is lost. Never throws: a notice is a hint, not a promise
 * (a pooler in transaction mode passes none), so a waiting process must also poll from time to time.
 */
export function listen(options: ListenOptions): Listening {
  let client: pg.Client | null = null;
  let up = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = (lost: pg.Client): void => {
    if (client !== lost) return;
    client = null;
    up = false;
    lost.end().catch(() => undefined);
    if (closed) return;
    timer = setTimeout(begin, AGAIN_MS);
    timer.unref();
  };
  const begin = (): void => {
    const made = connectionOf(options);
    client = made;
    made.on('error', () => lose(made));
    made.on('end', () => lose(made));
    made.on('notification', () => options.onNotice());
    made
      .connect()
      .then(() => made.query(`LISTEN ${options.channel}`))
      .then(() => {
        if (client !== made) return;
        up = true;
        options.onNotice();
      })
      .catch(() => lose(made));
  };
  begin();
  return {
    isUp: () => up,
    async close() {
      closed = true;
      up = false;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}

function connectionOf({ url, applicationName }: ListenOptions): pg.Client {
  return new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  });
}
