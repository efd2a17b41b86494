import { Agent } from 'undici';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens the connections of one call, or of a client that makes many. Every outgoing http connection starts here: what
 * may be reached is decided here.
 * @param options `connections` at once to one host, default 1
 */
export function openAgent({ ca, connections = 1 }: { readonly ca?: string; readonly connections?: number }): Agent {
  return new Agent({
    connections,
    // The caller's deadline rules the body and the headers.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) },
  });
}
