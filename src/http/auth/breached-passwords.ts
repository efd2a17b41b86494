import { createHash } from 'node:crypto';
import { createEgress } from '../../platform/egress/egress.js';
import { fetchBytes } from '../../platform/http-client/fetch-bytes.js';
import { fileHasHash } from './file-has-hash.js';

/** Tells whether a password is known from a breach somewhere (ASVS 6.2.12). Never throws: what can't be asked is no. */
export type IsBreached = (password: string) => Promise<boolean>;

/** Where it is said that nobody could be asked. */
export interface WarnLogger {
  warn(message: string, fields: Readonly<Record<string, unknown>>): unknown;
}

/** Where breached passwords are known. */
export interface BreachedPasswordsOptions {
  /** A service with Have I Been Pwned's range API (`https:`), or a sorted file of its hashes (`file:`); null = nowhere. */
  readonly source: URL | null;
  /** CIDRs of private networks that may be asked. */
  readonly egressAllow: readonly string[];
  readonly logger: WarnLogger;
  /** Default 3 s: somebody waits for it. */
  readonly timeoutMs?: number;
}

/** A range has some 40 KB. */
const MAX_BYTES = 1_048_576;
/** The range API is asked by the first digits of the hash; only the rest of it tells passwords apart (k-anonymity). */
const PREFIX_LENGTH = 5;

/** Makes what asks a service or a file; where there is none, no password is breached. */
export function breachedPasswords({ source, ...options }: BreachedPasswordsOptions): IsBreached {
  if (source === null) return () => Promise.resolve(false);
  return async (password) => {
    try {
      const hash = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
      return await (source.protocol === 'file:' ? fileHasHash(source, hash) : serviceHasHash(source, hash, options));
    } catch (error) {
      options.logger.warn('breached passwords not asked', {
        cause: error instanceof Error ? error.message : 'unknown',
      });
      return false;
    }
  };
}

async function serviceHasHash(
  service: URL,
  hash: string,
  { egressAllow, timeoutMs = 3_000 }: Omit<BreachedPasswordsOptions, 'source'>,
): Promise<boolean> {
  const allowHttp = service.protocol === 'http:';
  const port = service.port === '' ? '443' : service.port;
  const range = await fetchBytes({
    url: `${service.href.replace(/\/$/, '')}/range/${hash.slice(0, PREFIX_LENGTH)}`,
    // Every answer is padded to about the same length, so that its size does not tell which one it was.
    headers: { 'Add-Padding': 'true', 'User-Agent': 'rollcall' },
    signal: new AbortController().signal,
    timeoutMs,
    maxBytes: MAX_BYTES,
    ...(allowHttp ? { allowHttp } : { egress: createEgress({ allow: egressAllow, ports: [port] }) }),
  });
  const wanted = hash.slice(PREFIX_LENGTH);
  const line = range
    .toString('latin1')
    .split(/\r?\n/)
    .find((one) => one.toUpperCase().startsWith(`${wanted}:`));
  // Lines that only pad have the count 0.
  return line !== undefined && Number(line.slice(wanted.length + 1)) > 0;
}
