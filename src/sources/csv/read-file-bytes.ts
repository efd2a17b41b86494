import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { SourceConfigError, SourceReadError, SourceUnavailableError } from '../../domain/errors.js';
import type { CsvWorld } from './csv-world.js';

const CHUNK_BYTES = 65_536;

/**
 * Reads a file below the root, from its first byte to its last.
 * @throws SourceConfigError for a place outside the root, SourceReadError when the file changes meanwhile
 */
export async function* readFileBytes(file: string, label: string, world: CsvWorld): AsyncGenerator<Buffer> {
  const handle = await openBelow(file, label, world.root);
  try {
    const before = await handle.stat();
    let sizeBytes = 0;
    for (;;) {
      world.signal.throwIfAborted();
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      sizeBytes += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    refuseChanged(before, await handle.stat(), sizeBytes, label);
  } finally {
    await handle.close();
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
    throw explain(cause, label);
  }
}

async function openRegular(path: string, label: string): Promise<FileHandle> {
  // Non-blocking: the opening of a pipe that nobody writes to would wait for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new SourceConfigError(`The ${label} is no file.`);
}

function outside(label: string): SourceConfigError {
  return new SourceConfigError(`The ${label} must be inside the CSV folder of the server, without ".." and links out.`);
}

function explain(cause: unknown, label: string): unknown {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SourceUnavailableError(`The ${label} is not in the CSV folder of the server.`, { cause });
    case 'EACCES':
    case 'EPERM':
      return new SourceConfigError(`The ${label} may not be read by this process: check its permissions.`, { cause });
    case 'ELOOP':
    case 'ENXIO':
      return new SourceConfigError(`The ${label} is no file.`, { cause });
    default:
      return cause;
  }
}

function refuseChanged(before: Stats, after: Stats, sizeBytes: number, label: string): void {
  if (after.size === before.size && after.mtimeMs === before.mtimeMs && sizeBytes === before.size) return;
  throw new SourceReadError(`The ${label} changed while it was being read.`);
}
