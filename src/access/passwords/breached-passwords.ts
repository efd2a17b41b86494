import { createHash } from 'node:crypto';
import { createEgress } from '../../outbound/egress/egress.js';
import { fetchBytes } from '../../outbound/http-client/fetch-body.js';
import { type FileHandle, open } from 'node:fs/promises';

/** Tells whether a password is known from a breach somewhere (ASVS 6.2.12). Never throws: what can't be asked is no. */
export type IsBreached = (password: string) => Promise<boolean>;

/** Logs that the service could not be reached. */
export interface WarnLogger {
  warn(message: string, fields: Readonly<Record<string, unknown>>): unknown;
}

/** Where breached passwords are known. */
interface BreachedPasswordsOptions {
  /**
   * A service with Have I Been Pwned's range API (`https:`), or a sorted file of its hashes (`file:`); null = nowhere.
   */
  readonly source: URL | null;
  /** CIDRs of private networks that may be asked. */
  readonly egressAllow: readonly string[];
  readonly logger: WarnLogger;
  /** Default 3 s: a person waits for the answer. */
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

/** A hash in hex, a colon, a count and an end of line: 54 bytes at most. Twice as much always holds a whole one. */
const WINDOW_BYTES = 160;
const LINE = /^([0-9A-F]{40})(?::\d+)?$/;

interface Line {
  readonly start: number;
  readonly end: number;
  readonly hash: string;
}

/**
 * Whether a file of SHA-1 hashes has this one: lines as Have I Been Pwned gives them out (`<40 capital hex>:<count>`),
 * sorted by hash. Some 35 short reads, whatever its size.
 * @throws Error when it can't be read or has other lines.
 */
export async function fileHasHash(path: URL, hash: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    let [low, high] = [0, (await file.stat()).size];
    // The line that is looked for begins at `low` or later, and before `high`.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const line = await lineFrom(file, middle);
      if (line?.hash === hash) return true;
      if (line === null || line.start >= high || line.hash > hash) high = middle;
      else low = line.end;
    }
    return false;
  } finally {
    await file.close();
  }
}

/** The first line that begins at `position` or after it; null = none does. */
async function lineFrom(file: FileHandle, position: number): Promise<Line | null> {
  // One byte before: a line that begins right here follows an end of line.
  const from = Math.max(position - 1, 0);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW_BYTES), 0, WINDOW_BYTES, from);
  const text = buffer.toString('latin1', 0, bytesRead);
  const begin = position === 0 ? 0 : text.indexOf('\n') + 1;
  if (position > 0 && begin === 0 && bytesRead === WINDOW_BYTES) throw wrong();
  if ((position > 0 && begin === 0) || begin >= bytesRead) return null;
  const next = text.indexOf('\n', begin);
  const end = next === -1 ? bytesRead : next + 1;
  const [, hash] = LINE.exec(text.slice(begin, end).trim()) ?? [];
  if (hash === undefined) throw wrong();
  return { start: from + begin, end: from + end, hash };
}

function wrong(): Error {
  return new Error('The file of breached passwords must have lines of a SHA-1 in upper-case hex, a colon and a count.');
}
