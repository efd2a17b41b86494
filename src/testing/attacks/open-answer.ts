import { connect, type Socket } from 'node:net';

/** An answer of which only the beginning was read. */
export interface OpenedAnswer {
  readonly status: number;
  /** Status line and headers, and what came with them. */
  readonly begin: string;
  /** Paused: what is not read stays with the server. */
  readonly socket: Socket;
}

/** Sends a GET request on a connection of its own and reads no more of the answer than its beginning. */
export async function openAnswer(baseUrl: string, path: string, key: string): Promise<OpenedAnswer> {
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
  socket.write(getRequest(path, key));
  const begin = await new Promise<string>((done, fail) => {
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('The connection was closed without an answer.')));
    socket.once('readable', () => done(String(socket.read() ?? '')));
  });
  socket.removeAllListeners('close').on('error', () => undefined);
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(begin)?.[1]), begin, socket };
}

/** A GET request as bytes of HTTP/1.1. */
export function getRequest(path: string, key: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`;
}
