import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What to do when the client's n-th request comes (a connection's bind is its first). */
export interface SlapdProxyOptions {
  /** Cuts the connection instead of passing this request on. */
  readonly cutAt?: number;
  /** Keeps this request and all later ones to itself and says nothing. */
  readonly holdAt?: number;
  /** Is waited for before a request is passed on; gets its number, over all connections. */
  readonly beforeRequest?: (request: number) => Promise<void>;
}

/** A TCP proxy before a slapd: counts requests, and breaks or hangs at one of them. Plain ldap:// only. */
export interface SlapdProxy {
  readonly url: string;
  /** Requests of all connections so far. */
  requests(): number;
  /** Resolves when a request was held. */
  readonly held: Promise<void>;
  stop(): Promise<void>;
}

/** Stands between an adapter and a server, and cuts or holds the connection at a chosen request. */
export async function startSlapdProxy(port: number, options: SlapdProxyOptions = {}): Promise<SlapdProxy> {
  const { cutAt, holdAt, beforeRequest = () => Promise.resolve() } = options;
  const sockets = new Set<Socket>();
  let requests = 0;
  let tellHeld = (): void => undefined;
  const held = new Promise<void>((resolve) => (tellHeld = resolve));
  const server = createServer((client) => {
    const upstream = connect({ port, host: '127.0.0.1' });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].forEach((one) => one.destroy()));
    }
    upstream.pipe(client);
    let asked = 0;
    let before = Promise.resolve();
    client.on('data', (data: Buffer) => {
      requests += 1;
      asked += 1;
      if (cutAt !== undefined && asked >= cutAt) client.destroy();
      else if (holdAt !== undefined && asked >= holdAt) tellHeld();
      else {
        const request = requests;
        before = before.then(() => beforeRequest(request)).then(() => void upstream.write(data));
        before.catch(() => client.destroy());
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    held,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
