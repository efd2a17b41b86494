import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createRawServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { errors, MockAgent } from 'undici';
import { SyncError } from '../../domain/errors.js';
import type { Egress } from '../egress/egress.js';
import { makeTestCertificates } from '../../testing/servers/test-certificates.js';
import { startFakeHttp, type FakeHttp } from '../../testing/fakes/fake-http.js';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { fetchBytes } from './fetch-body.js';
import type { FetchRequest } from './fetch-stream.js';

const open: { servers: Server[]; sockets: Socket[]; fakes: FakeHttp[] } = { servers: [], sockets: [], fakes: [] };
afterEach(async () => {
  for (const socket of open.sockets.splice(0)) socket.destroy();
  for (const server of open.servers.splice(0)) server.close();
  for (const fake of open.fakes.splice(0)) await fake.stop();
});

/** A server that answers each request with these very bytes; `end` closes the connection behind them. */
async function serveRaw(answer: string | Buffer, { end = true } = {}): Promise<string> {
  const server = createRawServer((socket) => {
    open.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => (end ? socket.end(answer) : socket.write(answer)));
  });
  open.servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function failure(url: string, more: Partial<FetchRequest> = {}): Promise<SyncError> {
  const signal = new AbortController().signal;
  const asked = { url, signal, timeoutMs: 5_000, maxBytes: 100_000, allowHttp: true, ...more };
  const error = await fetchBytes(asked).then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof SyncError)) throw new Error(`Not a SyncError: ${String(error)}`);
  return error;
}

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('what a server does wrong is an error of the source, never an internal one', () => {
  test.each<[name: string, answer: string, code: string, message: RegExp]>([
    ['no answer', '', 'source_unavailable', /closed the connection/],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'source_unavailable', /not HTTP/],
    ['a line that is no header', `${HEAD}no header\r\n\r\n`, 'source_unavailable', /not HTTP/],
    ['half a status line', 'HTTP/1.', 'source_unavailable', /closed the connection|not HTTP/],
    ['headers without an end', `${HEAD}x: y\r\n`, 'source_unavailable', /closed the connection/],
    ['headers without measure', `${HEAD}x: ${'y'.repeat(40_000)}\r\n\r\n`, 'source_unavailable', /too large/],
    ['a length that is no number', `${HEAD}content-length: many\r\n\r\n`, 'source_unavailable', /not HTTP/],
    ['fewer bytes than announced', `${HEAD}content-length: 9\r\n\r\nhalf`, 'source_read', /closed the connection/],
    ['a chunk that is cut', `${HEAD}transfer-encoding: chunked\r\n\r\n9\r\nhalf`, 'source_read', /download ended/],
    ['a chunk size that is no number', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`, 'source_read', /not HTTP/],
    ['no last chunk', `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, 'source_read', /download ended/],
    ['gzip that is none', `${HEAD}content-encoding: gzip\r\n\r\nplain`, 'source_read', /cannot be decompressed/],
  ])('%s', async (_name, answer, code, message) => {
    const error = await failure(await serveRaw(answer));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), advice: { retry: true } });
  });

  test('a server that says nothing, and one that stops in the middle, run into the deadline', async () => {
    const silent = await failure(await serveRaw('', { end: false }), { timeoutMs: 100 });
    expect(silent).toMatchObject({ code: 'source_unavailable', message: expect.stringMatching(/more than 100 ms/) });
    const stuck = await serveRaw(`${HEAD}content-length: 9\r\n\r\nhalf`, { end: false });
    expect(await failure(stuck, { timeoutMs: 100 })).toMatchObject({ code: 'source_read', advice: { retry: true } });
  });

  test('an answer over the cap is for the options, and not tried again', async () => {
    const url = await serveRaw(`${HEAD}content-length: 50\r\n\r\n${'x'.repeat(50)}`);
    expect(await failure(url, { maxBytes: 49 })).toMatchObject({ code: 'source_config', advice: { retry: false } });
  });
});

describe('TLS', () => {
  const egress = loopbackEgress;
  let folder: string;
  let tls: { readonly cert: string; readonly key: string };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fetch-errors-'));
    const { certFile, keyFile } = await makeTestCertificates(folder);
    tls = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function secure(): Promise<string> {
    const fake = await startFakeHttp(() => ({ json: {} }), tls);
    open.fakes.push(fake);
    return fake.baseUrl;
  }

  test.each([
    ['a certificate of an unknown authority', {}, /is not trusted/],
    [
      'certificates that are none',
      { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      /"ca"|is not trusted/,
    ],
  ])('%s is for the options', async (_name, options, message) => {
    const error = await failure(await secure(), { egress, ...options });
    expect(error).toMatchObject({ code: 'source_config', message: expect.stringMatching(message) });
  });

  test('http at an https port passes, because a proxy in front may be about to start', async () => {
    const error = await failure((await secure()).replace('https:', 'http:'), { egress });
    expect(error).toMatchObject({ code: 'source_unavailable', message: expect.stringMatching(/closed|not HTTP/) });
  });

  test('https at an http port is for the options', async () => {
    const url = await serveRaw('HTTP/1.1 400 Bad Request\r\n\r\n');
    const error = await failure(url.replace('http:', 'https:'), { egress });
    expect(error).toMatchObject({ code: 'source_config', message: expect.stringMatching(/does not use https/) });
  });
});

describe('DNS', () => {
  test.each([
    ['ENOTFOUND', /a\.example is not in the DNS/],
    ['EAI_AGAIN', /cannot be reached/],
    ['ETIMEOUT', /cannot be reached/],
  ])('%s passes', async (code, message) => {
    const resolve = () => Promise.reject(Object.assign(new Error('a name'), { code }));
    const egress = { resolve, permits: () => true } as unknown as Egress;
    const error = await failure('https://a.example/', { egress });
    expect(error).toMatchObject({ code: 'source_unavailable', message: expect.stringMatching(message) });
  });
});

describe('every error that undici documents', () => {
  test.each<[error: Error, code: string]>([
    [new errors.ConnectTimeoutError(), 'source_unavailable'],
    [new errors.HeadersTimeoutError(), 'source_unavailable'],
    [new errors.BodyTimeoutError(), 'source_unavailable'],
    [new errors.HeadersOverflowError(), 'source_unavailable'],
    [new errors.SocketError('other side closed'), 'source_unavailable'],
    [new errors.ClientClosedError(), 'source_unavailable'],
    [new errors.ClientDestroyedError(), 'source_unavailable'],
    [new errors.RequestAbortedError(), 'source_unavailable'],
    [new errors.ResponseContentLengthMismatchError(), 'source_unavailable'],
    [new errors.RequestContentLengthMismatchError(), 'source_unavailable'],
    [new errors.HTTPParserError('bad'), 'source_unavailable'],
    [new errors.InformationalError('reset'), 'source_unavailable'],
    [new errors.ResponseExceededMaxSizeError('big'), 'source_config'],
    [new errors.InvalidArgumentError('invalid x header'), 'source_config'],
    [new errors.NotSupportedError('expect'), 'source_config'],
    [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'source_unavailable'],
    [Object.assign(new Error('pipe'), { code: 'EPIPE' }), 'source_unavailable'],
    [Object.assign(new Error('late'), { code: 'ETIMEDOUT' }), 'source_unavailable'],
    [Object.assign(new Error('no way'), { code: 'EHOSTUNREACH' }), 'source_unavailable'],
    [Object.assign(new Error('old'), { code: 'CERT_HAS_EXPIRED' }), 'source_config'],
    [Object.assign(new Error('new'), { code: 'CERT_NOT_YET_VALID' }), 'source_config'],
    [Object.assign(new Error('own'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'source_config'],
    [Object.assign(new Error('own'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'source_config'],
    [Object.assign(new Error('no chain'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'source_config'],
    [Object.assign(new Error('name'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'source_config'],
    [Object.assign(new Error('old TLS'), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }), 'source_config'],
    [new TypeError('failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }), 'source_unavailable'],
    [new Error('without a code'), 'source_unavailable'],
  ])('%s is %s', async (error, code) => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    agent.get('https://a.example').intercept({ path: '/' }).replyWithError(error);
    const found = await failure('https://a.example/', { agent });
    expect(found).toMatchObject({ code, advice: { retry: code !== 'source_config' }, cause: error });
    expect(found.message).toMatch(/a\.example/);
    await agent.close();
  });

  test('a header that HTTP does not allow is for the options', async () => {
    const url = await serveRaw(`${HEAD}content-length: 0\r\n\r\n`);
    const error = await failure(url, { headers: { 'accept-language': '中文' } });
    expect(error).toMatchObject({ code: 'source_config', message: expect.stringMatching(/character that HTTP/) });
  });
});
