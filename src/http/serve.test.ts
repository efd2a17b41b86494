import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createHttpServer, type ServeTimes } from './serve.js';

const LARGE = Buffer.alloc(20 * 1_048_576, 'x');

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** Starts a server and sends one request. @returns the client's socket, of which nothing is read yet */
async function ask(app: RequestListener, times: Partial<ServeTimes>, head = 'GET / HTTP/1.1'): Promise<Socket> {
  server = createHttpServer(app, { requestMs: 60_000, ...times }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  socket.write(`${head}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return socket;
}

/** Reads to the end, with a pause after each chunk. */
async function readAll(socket: Socket, pauseMs: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  return Buffer.concat(chunks).toString();
}

test('an answer of which the client reads nothing is closed', async () => {
  await new Promise<void>((done) => {
    const app: RequestListener = (_request, response) => void response.once('close', done).end(LARGE);
    void ask(app, { unreadMs: 300 });
  });
});

test('a client that reads slowly gets it all', async () => {
  const unreadMs = 3_000;
  const begun = Date.now();
  const text = await readAll(await ask((_request, response) => void response.end(LARGE), { unreadMs }), 15);
  expect(Date.now() - begun).toBeGreaterThan(unreadMs);
  expect(text.length).toBeGreaterThan(LARGE.length);
});

test('an answer that takes long to make is waited for', async () => {
  const app: RequestListener = (_request, response) => void setTimeout(() => response.end('made'), 600);
  expect(await readAll(await ask(app, { unreadMs: 200 }), 0)).toMatch(/\r\n\r\nmade$/);
});

test('a client that goes on sending after 408 still gets the answer', async () => {
  const head = 'POST / HTTP/1.1\r\nContent-Length: 10000000';
  const socket = await ask(() => undefined, { requestMs: 100 }, head);
  const drip = setInterval(() => socket.write('x'), 1);
  expect(await readAll(socket, 100).finally(() => clearInterval(drip))).toContain('request_timeout');
});
