import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Days that logs are kept. */
const KEEP_DAYS = 14;

/** A file of a past day in which nobody wrote for so long is finished. */
const IDLE_MS = 10 * 60_000;

const DAY_MS = 24 * 60 * 60_000;

const LOG_FILE = /^(?:system-)?(\d{4}-\d{2}-\d{2})\.log(?:\.\d+)?(\.gz)?$/;
const LEFT_OVER = /^(?:system-)?(\d{4}-\d{2}-\d{2})\.log(?:\.\d+)?\.gz\.\d+\.tmp$/;

/** Compresses the finished log files of past days and deletes those older than 14 days. Safe in any number of processes. */
export async function tidyLogs(dir: string, now: Date): Promise<void> {
  const today = day(now);
  const oldest = day(new Date(now.getTime() - KEEP_DAYS * DAY_MS));
  for (const name of await readdir(dir)) {
    const date = (LOG_FILE.exec(name) ?? LEFT_OVER.exec(name))?.[1];
    if (date === undefined || date >= today) continue;
    if (date < oldest) await rm(join(dir, name), { force: true });
    else if (LOG_FILE.exec(name)?.[2] === undefined && !LEFT_OVER.test(name)) await compress(join(dir, name), now);
  }
}

function day(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** Two processes that compress the same file write the same bytes; the later one replaces them by themselves. */
async function compress(path: string, now: Date): Promise<void> {
  try {
    const { mtimeMs } = await stat(path);
    if (now.getTime() - mtimeMs < IDLE_MS) return;
    const draft = `${path}.gz.${process.pid}.tmp`;
    await pipeline(createReadStream(path), createGzip(), createWriteStream(draft, { mode: 0o600 }));
    await rename(draft, `${path}.gz`);
    await rm(path, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
