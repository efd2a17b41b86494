import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request to a fake, read to its end. */
export interface FakeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a fake answers; `hang` never does, `cut` breaks the connection off in the middle. */
export type FakeAnswer =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly json: unknown }
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly bytes: Buffer }
  | 'hang'
  | 'cut';

/** A server of a test's own on this machine. */
export interface FakeHttp {
  readonly baseUrl: string;
  stop(): Promise<void>;
}

/**
 * Serves a fake of an outside system.
 * @param tls certificate and key (PEM) to speak https
 */
export async function startFakeHttp(
  answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>,
  tls?: { readonly cert: string; readonly key: string },
): Promise<FakeHttp> {
  const server = tls ? createTlsServer(tls) : createServer();
  server.on('request', (request: IncomingMessage, response) => {
    void (async () => {
      const given = await answer(await readRequest(request));
      if (given === 'hang') return;
      if (given === 'cut') {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"half":', () => response.destroy());
        return;
      }
      const bytes = 'bytes' in given ? given.bytes : Buffer.from(JSON.stringify(given.json));
      const type = 'bytes' in given ? 'application/octet-stream' : 'application/json; charset=utf-8';
      response.writeHead(given.status ?? 200, { 'content-type': type, ...given.headers }).end(bytes);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://fake');
  const { method = 'GET', headers } = request;
  const body = Buffer.concat(chunks).toString('utf8');
  return { method, path: url.pathname, query: url.searchParams, headers, body };
}
