import { Agent } from 'undici';

const CONNECT_TIMEOUT_MS = 10_000;

/** Opens the connections of one call. Every outgoing http connection starts here: what may be reached is decided here. */
export function openAgent({ ca }: { readonly ca?: string }): Agent {
  return new Agent({
    connections: 1,
    // The caller's deadline rules the body and the headers.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) },
  });
}
