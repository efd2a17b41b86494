import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** What a pipeline says of a client that left. */
const LEFT = new Set<unknown>(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

/**
 * Sends a text piece by piece, each made when the client has room for it. A text that is cut off does not look whole:
 * its connection is closed without the end.
 * @param mayGoOn asked before each piece; false cuts the text off
 * @throws what making a piece throws; a client that leaves is no error
 */
export async function sendPieces(
  response: Response,
  pieces: AsyncIterable<string>,
  mayGoOn: () => Promise<boolean>,
): Promise<void> {
  if (response.destroyed) return;
  async function* permitted(): AsyncGenerator<string> {
    for await (const piece of pieces) {
      if (!(await mayGoOn())) return void response.destroy();
      yield piece;
    }
  }
  try {
    await pipeline(permitted, response);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && LEFT.has(error.code))) throw error;
  }
}
