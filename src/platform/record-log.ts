import { join } from 'node:path';
import { createLogger, format } from 'winston';
import { closeLogger, escapeLine, type Logger } from './logger.js';
import { dailyFile } from './daily-file.js';
import { startLongWork } from './long-work.js';
import { withoutPasswords } from './without-passwords.js';

/** One page of records as a source or caller sent it. */
export interface RecordLogEntry {
  readonly taskId: string;
  readonly batch: string;
  /** The source's name. */
  readonly source: string;
  readonly kind: string;
  readonly records: readonly unknown[];
  /** Names of fields whose values are masked, wherever they stand in a record. */
  readonly redact: readonly string[];
}

/** The raw record log (R50): what was sent, for those who must know why. */
export interface RecordLog {
  /** Ends when the lines are handed over, a long page in chunks. Never throws: a full disk must not stop a sync. */
  write(entry: RecordLogEntry): Promise<void>;
  /** Ends when everything is on disk. */
  close(): Promise<void>;
}

/** A longer page becomes several lines. */
const MAX_LINE_BYTES = 1_000_000;

/** Writes `<dir>/user-data-sync/<date>.log`: one JSON line a page, never a password, the fields of `redact` masked. */
export function createRecordLog({ dir, logger }: { readonly dir: string; readonly logger: Logger }): RecordLog {
  const onError = (error: Error) => logger.error('raw record log not written', { cause: error.message });
  const file = dailyFile({ dir: join(dir, 'user-data-sync'), filename: '%DATE%.log', onError });
  const lines = createLogger({ format: format.printf(({ message }) => String(message)), transports: [file] });
  const writing = new Set<Promise<void>>();
  const write = async (entry: RecordLogEntry) => {
    try {
      for await (const line of linesOf(entry)) lines.info(escapeLine(line));
    } catch (error) {
      onError(error as Error);
    }
  };
  return {
    write(entry) {
      const written = write(entry).finally(() => writing.delete(written));
      writing.add(written);
      return written;
    },
    async close() {
      await Promise.all(writing);
      await closeLogger(lines);
    },
  };
}

async function* linesOf({ records, redact, ...about }: RecordLogEntry): AsyncGenerator<string> {
  const work = startLongWork();
  const time = new Date().toISOString();
  const texts: string[] = [];
  for (const record of records) {
    texts.push(withoutPasswords(record, redact).text);
    if (work.isDue()) await work.rest();
  }
  const pages = splitBySize(texts, MAX_LINE_BYTES);
  for (const [at, page] of pages.entries()) {
    const part = pages.length === 1 ? {} : { part: at + 1, parts: pages.length };
    yield `${JSON.stringify({ time, ...about, ...part }).slice(0, -1)},"records":[${page.join(',')}]}`;
    if (work.isDue()) await work.rest();
  }
}

/** Cuts a list of texts into runs of at most so many bytes (UTF-8); a longer text is a run of its own. Never answers none. */
export function splitBySize(texts: readonly string[], maxBytes: number): readonly (readonly string[])[] {
  const runs: string[][] = [[]];
  let size = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text) + 1;
    if (size > 0 && size + bytes > maxBytes) {
      runs.push([]);
      size = 0;
    }
    runs.at(-1)?.push(text);
    size += bytes;
  }
  return runs;
}
