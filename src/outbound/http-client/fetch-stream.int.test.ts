import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ShutdownError, SourceRateLimitedError, SyncError } from '../../domain/errors.js';
import { fetchBytes } from './fetch-body.js';
import { fetchStream, type FetchRequest } from './fetch-stream.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const ask = (url: string, more: Partial<FetchRequest> = {}): Promise<Buffer> =>
  fetchBytes({
    url,
    signal: new AbortController().signal,
    timeoutMs: 5_000,
    maxBytes: 1_000,
    allowHttp: true,
    ...more,
  });

async function failure(work: Promise<unknown>): Promise<SyncError> {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof SyncError)) throw new Error(`Not a SyncError: ${String(error)}`);
  return error;
}

describe('fetchBytes', () => {
  test('gets a body with the given headers', async () => {
    const url = await serve((request, response) => response.end(`hello ${String(request.headers['x-test'])}`));
    expect((await ask(url, { headers: { 'x-test': 'there' } })).toString()).toBe('hello there');
  });

  test.each([
    [401, 'source_auth'],
    [403, 'source_auth'],
    [404, 'source_config'],
    [410, 'source_config'],
    [500, 'source_unavailable'],
    [503, 'source_unavailable'],
    [304, 'source_config'],
    [206, 'source_config'],
    [202, 'source_unavailable'],
    [207, 'source_unavailable'],
    [226, 'source_config'],
  ])('status %i is %s', async (status, code) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    expect((await failure(ask(url))).code).toBe(code);
  });

  test.each([
    [429, '7', 7_000],
    [503, '7', 7_000],
    [429, 'soon', 30_000],
  ])('R42: status %i with Retry-After %s asks to wait %i ms', async (status, after, waitMs) => {
    const url = await serve((_, response) => response.writeHead(status, { 'retry-after': after }).end());
    const error = await failure(ask(url));
    expect(error).toBeInstanceOf(SourceRateLimitedError);
    expect(error.advice).toEqual({ retry: true, afterMs: waitMs });
  });

  test('a closed port is unavailable', async () => {
    const url = await serve(() => undefined);
    const [server] = servers;
    await new Promise((resolve) => server?.close(resolve));
    expect(await failure(ask(url))).toMatchObject({
      code: 'source_unavailable',
      message: expect.stringMatching(/REFUSED/),
    });
  });

  test('follows three redirects and no fourth', async () => {
    const url = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('done');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect((await ask(`${url}/3`)).toString()).toBe('done');
    expect((await failure(ask(`${url}/4`))).message).toMatch(/redirects more than 3/);
  });

  test('checks the address of a redirect like the first', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: 'http://example.com/' }).end());
    expect((await failure(ask(url))).message).toMatch(/example\.com must use https/);
  });

  test('keeps its headers from another origin', async () => {
    const seen: unknown[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('there');
    });
    const url = await serve((_, response) => response.writeHead(307, { location: other }).end());
    expect((await ask(url, { headers: { authorization: 'Bearer secret' } })).toString()).toBe('there');
    expect(seen).toEqual([undefined]);
  });

  test('refuses plain http when it is not allowed', async () => {
    const url = await serve((_, response) => response.end('hello'));
    expect((await failure(ask(url, { allowHttp: false }))).code).toBe('source_config');
  });

  test('takes as many bytes as allowed and not one more', async () => {
    const url = await serve((request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))));
    expect(await ask(`${url}/1000`)).toHaveLength(1_000);
    expect((await failure(ask(`${url}/1001`))).message).toMatch(/more than the allowed 1000 bytes/);
  });

  test('R30: a body that breaks off is an error, never a short answer', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    expect((await failure(ask(url))).code).toBe('source_read');
  });

  test('R30: a chunked body that breaks off is an error', async () => {
    const url = await serve((_, response) => response.write('half', () => response.destroy()));
    expect((await failure(ask(url))).code).toBe('source_read');
  });

  test('the time limit covers headers and body', async () => {
    const silent = await serve(() => undefined);
    expect((await failure(ask(silent, { timeoutMs: 50 }))).message).toMatch(/more than 50 ms/);
    const slow = await serve((_, response) => response.write('first'));
    expect((await failure(ask(slow, { timeoutMs: 200 }))).message).toMatch(/more than 200 ms/);
  });

  test('R43: an abort ends it with its reason, before and within the body', async () => {
    for (const answers of [false, true]) {
      const stop = new AbortController();
      const url = await serve((_, response) => {
        if (answers) response.write('first');
        setImmediate(() => stop.abort(new ShutdownError()));
      });
      expect(await failure(ask(url, { signal: stop.signal }))).toBe(stop.signal.reason);
    }
  });

  test('tells the length that the server announces', async () => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-length': '5' }).end('hello'));
    const signal = new AbortController().signal;
    const stream = await fetchStream({ url, signal, timeoutMs: 1_000, maxBytes: 10, allowHttp: true });
    expect(stream.contentLength).toBe(5);
    await stream.body.return(undefined);
  });
});
