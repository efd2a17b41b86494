import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { postgresDialect } from './postgres-dialect.js';
import { redisDialect } from './redis-dialect.js';
import { type TapPoint, TapRules } from './tap-rules.js';
import type { WireReply, WireRequest } from './wire-dialect.js';

/** A wire between one process and one server, on which a test sees what is said and can do something about it. */
export interface WireTap {
  /** The server's address by way of the tap. */
  readonly url: string;
  /** Texts of the requests so far. */
  readonly requests: readonly string[];
  /** The ports by which the server knows the process's connections, old ones too. */
  readonly ports: ReadonlySet<number>;
  /**
   * Does something when a point is reached: before the request is handed on, or when its reply is complete but not
   * handed back. The receiver gets it only after `act` has ended. @returns when `act` is through.
   */
  at(point: TapPoint, act: () => Promise<void> | void): Promise<void>;
  /** Closes every connection and refuses new ones. */
  cut(): void;
  /** Leaves connections open but hands nothing on any more: a black hole. */
  stall(): void;
  /** Ends `cut` and `stall`. */
  heal(): void;
  /** Ends every connection once, like a network that hiccups. */
  reset(): void;
  close(): Promise<void>;
}

const DIALECTS = { postgres: postgresDialect, redis: redisDialect };

/** Opens a tap on loopback before the server of an address. */
export async function openWireTap(protocol: keyof typeof DIALECTS, serverUrl: string): Promise<WireTap> {
  const target = new URL(serverUrl);
  const upstream = { host: target.hostname, port: Number(target.port) };
  const tap = new Tap();
  const server = createServer((client) => {
    if (tap.isCut) return void client.destroy();
    tap.join(client, connect({ ...upstream, noDelay: true }), DIALECTS[protocol]());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target.hostname = '127.0.0.1';
  target.port = String((server.address() as AddressInfo).port);
  return {
    url: target.href,
    requests: tap.rules.requests,
    ports: tap.ports,
    at: (point, act) => tap.rules.add(point, act),
    cut: () => tap.cut(),
    stall: () => tap.stall(),
    heal: () => tap.heal(),
    reset: () => tap.reset(),
    async close() {
      tap.cut();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

class Tap {
  readonly rules = new TapRules();
  readonly ports = new Set<number>();
  isCut = false;
  private readonly sockets = new Set<Socket>();
  private opened = Promise.resolve();
  private open = (): void => undefined;

  cut(): void {
    this.isCut = true;
    this.reset();
    this.open();
  }

  reset(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  stall(): void {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }

  heal(): void {
    this.isCut = false;
    this.open();
    this.opened = Promise.resolve();
  }

  join(client: Socket, server: Socket, dialect: ReturnType<(typeof DIALECTS)[keyof typeof DIALECTS]>): void {
    server.on('connect', () => this.ports.add(server.localPort ?? 0));
    const open: WireRequest[] = [];
    const session = this.rules.newSession();
    const ask = inTurn(async (request: WireRequest) => {
      await session.before(request);
      await this.opened;
      if (request.hasReply) open.push(request);
      server.write(request.bytes);
    });
    let held: Buffer[] = [];
    const answer = inTurn(async ({ bytes, isEnd }: WireReply) => {
      const request = open[0];
      await this.opened;
      // A reply is passed on whole where a rule waits for its end.
      if (request && session.isAwaited(request)) held.push(bytes);
      else client.write(bytes);
      if (!isEnd || !request) return;
      open.shift();
      await session.after(request);
      if (held.length > 0) client.write(Buffer.concat(held));
      held = [];
    });
    client.on('data', (chunk: Buffer) => dialect.fromClient(chunk).forEach(ask));
    server.on('data', (chunk: Buffer) => dialect.fromServer(chunk).forEach(answer));
    this.bind(client, server);
    this.bind(server, client);
  }

  /** What ends on one side ends on the other. */
  private bind(socket: Socket, other: Socket): void {
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.sockets.delete(socket);
      other.destroy();
    });
  }
}

/** One after the other, however long each takes. */
function inTurn<T>(work: (item: T) => Promise<void>): (item: T) => void {
  let last = Promise.resolve();
  return (item) => void (last = last.then(() => work(item)));
}
