import type { Response } from 'express';
import { onceClosed } from './connections.js';
import { pipeline } from 'node:stream/promises';

/** An open answer of server-sent events (WHATWG HTML, 9.2). */
export interface EventStream {
  send(event: { readonly name: string; readonly id?: string; readonly data: unknown }): void;
  end(): void;
}

/** How a stream lives. */
interface EventStreamOptions {
  /** Aborted when the process goes down. */
  readonly stopping: AbortSignal;
  /** Whether the caller may still read; checked three times a second, and false ends the stream. */
  readonly isPermitted: () => Promise<boolean>;
  /** Called once, however the stream ends. */
  readonly onEnd: () => void;
}

/** Often enough for proxies that close what is silent for 30 s. */
const HEARTBEAT_MS = 15_000;
/** With the half second for which keys and sessions are kept in memory: a revoked one ends its streams within 1 s. */
const CHECK_MS = 300;
/** A reader that is so far behind is gone. */
const MAX_BEHIND_BYTES = 262_144;

/**
 * Opens a stream of events; it ends with the client, with the process, or with `end`. When the client left before,
 * nothing is opened, and `onEnd` is called in the next tick.
 */
export function openEventStream(response: Response, options: EventStreamOptions): EventStream {
  const heartbeat = setInterval(() => write(':\n\n'), HEARTBEAT_MS);
  const check = setInterval(() => void endIfForbidden(), CHECK_MS);
  const end = () => response.end();
  options.stopping.addEventListener('abort', end, { once: true });
  onceClosed(response, () => {
    clearInterval(heartbeat);
    clearInterval(check);
    options.stopping.removeEventListener('abort', end);
    options.onEnd();
  });
  response.status(200).set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  if (options.stopping.aborted) end();

  /** While the database does not answer, nothing new can be sent either. */
  async function endIfForbidden(): Promise<void> {
    if (!(await options.isPermitted().catch(() => true))) end();
  }

  function write(text: string): void {
    if (response.writableEnded || response.destroyed) return;
    response.write(text);
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
  }

  return {
    send: ({ name, id, data }) =>
      write(`event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
    end,
  };
}

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
