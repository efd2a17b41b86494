import { mkdirSync } from 'node:fs';
import DailyRotateFile from 'winston-daily-rotate-file';
import { tidyLogs } from './tidy-logs.js';

/** A log file a day. */
export interface DailyFileOptions {
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
 * A winston transport that writes one file a UTC day and 20 MB, readable by nobody else.
 *
 * Several processes may write into one folder. Therefore it does not compress and delete when it turns to a new file,
 * as the library does: another process may still write to the old one. `tidyLogs` does it later.
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
  const tidy = () => void tidyLogs(dir, new Date()).catch(onError);
  tidy();
  const timer = setInterval(tidy, TIDY_EVERY_MS).unref();
  transport.on('finish', () => clearInterval(timer));
}
