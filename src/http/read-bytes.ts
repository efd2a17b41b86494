import express, { type Request, type Response } from 'express';

/**
 * Reads a body as it was sent, whatever its type; empty where there is none.
 * @throws the body parser's error when there are more than `limit` bytes
 */
export function readBytes(request: Request, response: Response, limit: number): Promise<Buffer> {
  const read = express.raw({ type: () => true, limit });
  return new Promise((done, fail) => {
    read(request, response, (error?: Error | 'router' | 'route' | null) => {
      if (error instanceof Error) fail(error);
      else done(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    });
  });
}
