import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import DailyRotateFile from 'winston-daily-rotate-file';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A log file a day. */
interface DailyFileOptions {
  readonly dir: string;
  /** With `%DATE%`, e.g. `system-%DATE%.log`; a second file of a day is called `….log.1`. */
  readonly filename: string;
  /** Called when a line can't be written; a full disk must not end the process. */
  readonly onError: (error: Error) => void;
}

/** A new file begins above it. */
const MAX_SIZE = '20m';

const TIDY_EVERY_MS = 60 * 60_000;

/**
 * A winston transport that writes one file a UTC day and 20 MB, readable by the owner only.
 *
 * Several processes may write into one folder. Therefore it does not compress and delete when it turns to a new file,
 * as the library does: another process may still write to the old one. `pruneLogs` does it later.
 */
export function dailyFile({ dir, filename, onError }: DailyFileOptions): DailyRotateFile {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const transport = new DailyRotateFile({
    dirname: dir,
    filename,
    datePattern: 'YYYY-MM-DD',
    utc: true,
    maxSize: MAX_SIZE,
    options: { flags: 'a', mode: 0o600 },
  });
  transport.on('error', onError);
  // The stream below tells its own errors; without a listener they would end the process.
  (transport as unknown as { logStream: NodeJS.EventEmitter }).logStream.on('error', onError);
  keepTidy(transport, dir, onError);
  return transport;
}

function keepTidy(transport: DailyRotateFile, dir: string, onError: (error: Error) => void): void {
  const tidy = () => void pruneLogs(dir, new Date()).catch(onError);
  tidy();
  const timer = setInterval(tidy, TIDY_EVERY_MS).unref();
  transport.on('finish', () => clearInterval(timer));
}

/** Days that logs are kept. */
const KEEP_DAYS = 14;

/** A file of a past day without writes for so long is complete. */
const IDLE_MS = 10 * 60_000;

const DAY_MS = 24 * 60 * 60_000;

const LOG_FILE = /^(?:system-)?(\d{4}-\d{2}-\d{2})\.log(?:\.\d+)?(\.gz)?$/;
const LEFT_OVER = /^(?:system-)?(\d{4}-\d{2}-\d{2})\.log(?:\.\d+)?\.gz\.\d+\.tmp$/;

/**
 * Compresses the finished log files of past days and deletes those older than 14 days. Safe in any number of processes.
 */
export async function pruneLogs(dir: string, now: Date): Promise<void> {
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
