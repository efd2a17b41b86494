import { finished, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request } from 'express';
import { RequestError } from '../../domain/errors.js';
import type { BodyShare } from './body-budget.js';

/**
 * Reads a body as it was sent, whatever its type, decompressed; empty where there is none. Each chunk counts in the
 * budget as it comes. What is left of a refused body is read and dropped, so that the client gets the answer.
 * @throws RequestError `payload_too_large` above `limit` bytes, `unsupported_media_type` for an unknown encoding,
 * `invalid_request` for a broken or cut one, and those of `share.take`
 */
export async function readBytes(request: Request, limit: number, share: BodyShare): Promise<Buffer> {
  try {
    const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
    const stream = decompressed(request, encoding);
    const announced = stream === request ? Number(request.headers['content-length'] ?? 0) : 0;
    if (announced > limit) throw tooLarge();
    share.announce(announced);
    return await collect(request, stream, (bytes, length) => {
      if (length > limit) throw tooLarge();
      share.take(bytes);
    });
  } catch (error) {
    await drain(request);
    throw error;
  }
}

function decompressed(request: Request, encoding: string): Readable {
  if (encoding === 'identity') return request;
  const makers: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
    gzip: createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const make = Object.hasOwn(makers, encoding) ? makers[encoding] : undefined;
  if (make) return request.pipe(make());
  throw new RequestError(415, 'unsupported_media_type', 'The encoding of the body is not supported.');
}

function collect(request: Request, stream: Readable, count: (bytes: number, length: number) => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((done, fail) => {
    const end = (settle: () => void) => {
      stream.off('data', onData);
      if (stream !== request) {
        request.unpipe();
        stream.on('error', () => undefined).destroy();
      }
      settle();
    };
    const onData = (chunk: Buffer) => {
      try {
        length += chunk.length;
        count(chunk.length, length);
        chunks.push(chunk);
      } catch (error) {
        end(() => fail(error instanceof Error ? error : malformed()));
      }
    };
    const onBroken = () => end(() => fail(malformed()));
    stream.on('data', onData);
    stream.once('end', () => end(() => done(Buffer.concat(chunks, length))));
    if (stream !== request) stream.once('error', onBroken);
    finished(request, { writable: false }, (error) => error && onBroken());
  });
}

/** Until the body's end, or that of the connection. */
function drain(request: Request): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((done) => {
    finished(request, { writable: false }, () => done());
    request.resume();
  });
}

function tooLarge(): RequestError {
  return new RequestError(413, 'payload_too_large', 'The body is too large.');
}

function malformed(): RequestError {
  return new RequestError(400, 'invalid_request', 'The body is incomplete, or its encoding is invalid.');
}
