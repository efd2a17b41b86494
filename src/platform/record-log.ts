import { join } from 'node:path';
import { createLogger, format } from 'winston';
import { closeLogger } from './close-logger.js';
import { dailyFile } from './daily-file.js';
import { escapeLine } from './escape-line.js';
import type { Logger } from './logger.js';
import { maskFields } from './mask-fields.js';
import { splitBySize } from './split-by-size.js';

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
  /** Never throws: a full disk must not stop a sync. */
  write(entry: RecordLogEntry): void;
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
  return {
    write(entry) {
      try {
        for (const line of linesOf(entry)) lines.info(escapeLine(line));
      } catch (error) {
        onError(error as Error);
      }
    },
    close: () => closeLogger(lines),
  };
}

function linesOf({ records, redact, ...about }: RecordLogEntry): readonly string[] {
  const texts = records.map((record) => textOf(record, redact));
  const pages = splitBySize(texts, MAX_LINE_BYTES);
  const time = new Date().toISOString();
  return pages.map((page, at) => {
    const part = pages.length === 1 ? {} : { part: at + 1, parts: pages.length };
    return `${JSON.stringify({ time, ...about, ...part }).slice(0, -1)},"records":[${page.join(',')}]}`;
  });
}

/** Most records have nothing to hide: those are not copied. */
function textOf(record: unknown, redact: readonly string[]): string {
  const text = JSON.stringify(record) ?? 'null';
  if (redact.length === 0 && !/"password"/i.test(text)) return text;
  return JSON.stringify(maskFields(record, redact)) ?? 'null';
}
