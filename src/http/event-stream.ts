import type { Response } from 'express';

/** An open answer of server-sent events (WHATWG HTML, 9.2). */
export interface EventStream {
  send(event: { readonly name: string; readonly id?: string; readonly data: unknown }): void;
  end(): void;
}

/** How a stream lives. */
export interface EventStreamOptions {
  /** Aborted when the process goes down. */
  readonly stopping: AbortSignal;
  /** Asked at every heartbeat; false ends the stream. */
  readonly mayGoOn: () => Promise<boolean>;
  /** Called once, however the stream ends. */
  readonly onEnd: () => void;
}

/** Often enough for proxies that close what is silent for 30 s. */
const HEARTBEAT_MS = 15_000;
/** A reader that is so far behind is gone. */
const MAX_BEHIND_BYTES = 262_144;

/** Opens a stream of events; it ends with the client, with the process, or with `end`. */
export function openEventStream(response: Response, options: EventStreamOptions): EventStream {
  const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS);
  const end = () => response.end();
  options.stopping.addEventListener('abort', end, { once: true });
  response.once('close', () => {
    clearInterval(heartbeat);
    options.stopping.removeEventListener('abort', end);
    options.onEnd();
  });
  response.status(200).set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  if (options.stopping.aborted) end();

  async function beat(): Promise<void> {
    if (await options.mayGoOn().catch(() => true)) write(':\n\n');
    else end();
  }

  function write(text: string): void {
    if (response.writableEnded) return;
    response.write(text);
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
  }

  return {
    send: ({ name, id, data }) =>
      write(`event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
    end,
  };
}
