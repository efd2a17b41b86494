import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { SyncError } from '../../domain/errors.js';
import { type FakeHttp, startFakeHttp } from '../../testing/fakes/fake-http.js';
import { fetchBytes } from './fetch-body.js';
import { fetchStream } from './fetch-stream.js';

const running: FakeHttp[] = [];
afterEach(async () => {
  for (const fake of running.splice(0)) await fake.stop();
});

async function ask(bytes: Buffer, encoding: string, { maxBytes = 1_000_000 } = {}) {
  const fake = await startFakeHttp(() => ({ bytes, headers: { 'content-encoding': encoding } }));
  running.push(fake);
  const signal = new AbortController().signal;
  return { url: fake.baseUrl, signal, timeoutMs: 10_000, maxBytes, allowHttp: true };
}

const TEXT = Buffer.from(JSON.stringify({ people: Array.from({ length: 5_000 }, (_, at) => `Renée ${at}`) }));

describe('answers that are compressed though none was asked for', () => {
  test.each<[name: string, encoding: string, bytes: Buffer]>([
    ['nothing', 'identity', TEXT],
    ['an empty name', '', TEXT],
    ['gzip', 'gzip', gzipSync(TEXT)],
    ['gzip by its old name', 'x-gzip', gzipSync(TEXT)],
    ['gzip in upper case', 'GZIP', gzipSync(TEXT)],
    [
      'gzip in two members (RFC 1952, 2.2)',
      'gzip',
      Buffer.concat([gzipSync(TEXT.subarray(0, 99)), gzipSync(TEXT.subarray(99))]),
    ],
    ['deflate in zlib format', 'deflate', deflateSync(TEXT)],
    ['deflate without it', 'deflate', deflateRawSync(TEXT)],
    ['brotli', 'br', brotliCompressSync(TEXT)],
    ['two codings', 'gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['two codings, deflate last', 'gzip, deflate', deflateSync(gzipSync(TEXT))],
    ['identity in the list', 'identity, gzip', gzipSync(TEXT)],
  ])('%s', async (_name, encoding, bytes) => {
    expect((await fetchBytes(await ask(bytes, encoding))).equals(TEXT)).toBe(true);
  });

  test('an empty body is empty, whatever coding is named', async () => {
    for (const encoding of ['gzip', 'deflate', 'br'])
      expect(await fetchBytes(await ask(Buffer.alloc(0), encoding))).toHaveLength(0);
  });

  test.each<[name: string, encoding: string, bytes: Buffer]>([
    ['gzip that is cut', 'gzip', gzipSync(TEXT).subarray(0, 500)],
    ['brotli that is cut', 'br', brotliCompressSync(TEXT).subarray(0, 50)],
    ['deflate that is cut', 'deflate', deflateSync(TEXT).subarray(0, 500)],
    ['gzip with a wrong sum', 'gzip', Buffer.concat([gzipSync(TEXT).subarray(0, -8), Buffer.alloc(8, 1)])],
    ['text that is called gzip', 'gzip', TEXT],
    ['text that is called brotli', 'br', Buffer.alloc(50, 0xff)],
  ])('R30: %s breaks off and may be tried again', async (_name, encoding, bytes) => {
    const error = await fetchBytes(await ask(bytes, encoding)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(SyncError);
    expect(error).toMatchObject({ code: 'source_read', advice: { retry: true } });
  });

  test.each([
    ['gzip', gzipSync(Buffer.alloc(300_000_000))],
    ['deflate', deflateSync(Buffer.alloc(100_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(100_000_000))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(100_000_000)))],
  ])('a bomb of %s is not unpacked beyond the cap', async (encoding, bytes) => {
    const before = process.memoryUsage().rss;
    const error = await fetchBytes(await ask(bytes, encoding, { maxBytes: 1_000_000 })).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({
      code: 'source_config',
      message: expect.stringMatching(/more than the allowed 1000000 bytes/),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test.each(['zstd', 'compress', 'gzip, br, gzip', 'aes128gcm'])('the coding %s is refused', async (encoding) => {
    const error = await fetchBytes(await ask(TEXT, encoding)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'source_config', message: expect.stringMatching(/gzip, deflate and br/) });
  });

  test('the length of what is unpacked is not known beforehand', async () => {
    const { contentLength, body } = await fetchStream(await ask(gzipSync(TEXT), 'gzip'));
    expect(contentLength).toBeNull();
    await body.return(undefined);
  });

  test('a reader that leaves early ends the download', async () => {
    const { body } = await fetchStream(await ask(gzipSync(Buffer.alloc(10_000_000)), 'gzip', { maxBytes: 20_000_000 }));
    expect((await body.next()).done).toBe(false);
    await body.return(undefined);
    expect((await body.next()).done).toBe(true);
  });
});
