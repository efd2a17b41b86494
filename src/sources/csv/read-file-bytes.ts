import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { SourceConfigError, SourceReadError, SourceUnavailableError } from '../../domain/errors.js';
import { type Auth, type Credential, credentialOf } from '../../outbound/http-client/auth-options.js';
import { fetchStream } from '../../outbound/http-client/fetch-stream.js';
import type { Egress } from '../../outbound/egress/egress.js';

const CHUNK_BYTES = 65_536;

/**
 * Reads a file below the root, from its first byte to its last.
 * @throws SourceConfigError for a path outside the root, SourceReadError if the file changes during the read
 */
export async function* readFileBytes(file: string, label: string, world: CsvWorld): AsyncGenerator<Buffer> {
  const handle = await openBelow(file, label, world.root);
  try {
    const before = await handle.stat();
    let sizeBytes = 0;
    for (;;) {
      world.signal.throwIfAborted();
      const chunk = await readChunk(handle, label);
      if (chunk.length === 0) break;
      sizeBytes += chunk.length;
      yield chunk;
    }
    refuseChanged(before, await handle.stat(), sizeBytes, label);
  } finally {
    await handle.close();
  }
}

async function readChunk(handle: FileHandle, label: string): Promise<Buffer> {
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw explainFileError(cause, label);
  }
}

async function openBelow(file: string, label: string, root: string): Promise<FileHandle> {
  const parts = file.split(/[/\\]/);
  if (isAbsolute(file) || parts.includes('..') || file.includes('\0')) throw outside(label);
  try {
    const realRoot = await realpath(root);
    const path = await realpath(join(realRoot, file));
    if (!path.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) throw outside(label);
    return await openRegular(path, label);
  } catch (cause) {
    throw explainFileError(cause, label);
  }
}

async function openRegular(path: string, label: string): Promise<FileHandle> {
  // Non-blocking: opening a pipe without a writer would block indefinitely.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new SourceConfigError(`The ${label} is not a file.`);
}

function outside(label: string): SourceConfigError {
  return new SourceConfigError(
    `The ${label} must be in the CSV folder of the server, without ".." and links to other folders.`,
  );
}

/** Errors that an admin must correct; codes of Node.js, Common system errors. */
const MISTAKES: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read by this process: check its permissions.',
  EPERM: 'cannot be read by this process: check its permissions.',
  EISDIR: 'is not a file.',
  ELOOP: 'is not a file.',
  ENXIO: 'is not a file.',
  ENAMETOOLONG: 'has a name that this server cannot open.',
  EINVAL: 'has a name that this server cannot open.',
};

/**
 * Converts an error of the file system to one that names the file. An unknown code may be temporary: disks and network
 * shares can become available again.
 */
export function explainFileError(cause: unknown, label: string): unknown {
  if (typeof cause !== 'object' || cause === null || !('code' in cause) || !('syscall' in cause)) return cause;
  const code = String(cause.code);
  const mistake = Object.hasOwn(MISTAKES, code) ? MISTAKES[code] : undefined;
  if (mistake !== undefined) return new SourceConfigError(`The ${label} ${mistake}`, { cause });
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  const what = isMissing ? 'is not in the CSV folder of the server.' : `cannot be read now (${code}).`;
  return new SourceUnavailableError(`The ${label} ${what}`, { cause });
}

function refuseChanged(before: Stats, after: Stats, sizeBytes: number, label: string): void {
  if (after.size === before.size && after.mtimeMs === before.mtimeMs && sizeBytes === before.size) return;
  throw new SourceReadError(`The ${label} changed while it was being read.`);
}

const MAX_BYTES = 1_000_000_000;

/** An address, the credential for it, and the certificates (PEM) that are trusted for it instead of the system's. */
interface UrlPlace {
  readonly url: string;
  readonly auth?: Auth | undefined;
  readonly ca?: string | undefined;
}

/**
 * Downloads a file while it is read.
 * @throws the errors of the http client; SourceReadError if the download ends early
 */
export async function* readUrlBytes({ url, auth, ca }: UrlPlace, world: CsvWorld): AsyncGenerator<Buffer> {
  const { signal, timeoutMs, allowHttp, egress } = world;
  const { headers, query } = credentialOf(auth ?? { type: 'none' });
  const trust = ca === undefined ? {} : { ca };
  const limits = { signal, timeoutMs, allowHttp, egress, maxBytes: MAX_BYTES };
  const { body } = await fetchStream({ url: withQuery(url, query), headers, ...limits, ...trust });
  yield* body;
}

/** The rest of the query stays byte for byte as entered, because a signature may cover it. */
function withQuery(address: string, query: Credential['query']): string {
  const url = new URL(address);
  const added = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  url.search = [url.search.replace(/^\?/, ''), ...added].filter((part) => part !== '').join('&');
  return url.href;
}

/** What a csv source may access, and how long one file may take. */
export interface CsvWorld {
  /** The only folder whose files may be read. */
  readonly root: string;
  /** Allows plain http to this machine. */
  readonly allowHttp: boolean;
  /** The addresses to which downloads may go; see fetchStream for the default. */
  readonly egress?: Egress | undefined;
  /** Whether a text in the place of an id or a path is a placeholder for "no value". */
  readonly isPlaceholder: (text: string) => boolean;
  readonly signal: AbortSignal;
  /** The time limit of the download of one file. */
  readonly timeoutMs: number;
}
