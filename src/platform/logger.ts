import DailyRotateFile from 'winston-daily-rotate-file';
import { createLogger as createWinston, format, type Logger, transports } from 'winston';
import { dailyFile } from './daily-file.js';
import { once } from 'node:events';

export type { Logger };

/** Where winston keeps the finished line. */
const MESSAGE = Symbol.for('message');

/** Where the system log goes. */
interface LoggerOptions {
  /** Folder of the log files. */
  readonly dir: string;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** Also on standard output. */
  readonly console: boolean;
}

/**
 * The system log: one JSON object a line in `system-<date>.log`, and on standard output.
 *
 * Ids and counts only, never names, mails, payloads or options.
 */
export function createLogger({ dir, level, console }: LoggerOptions): Logger {
  let reported = false;
  const onError = (error: Error) => {
    if (!reported) process.stderr.write(`The system log cannot be written: ${error.message}\n`);
    reported = true;
  };
  const file = dailyFile({ dir, filename: 'system-%DATE%.log', onError });
  return createWinston({
    level,
    format: format.combine(format.timestamp(), format.errors({ stack: true }), format.json(), oneLine()),
    transports: console ? [file, new transports.Console()] : [file],
  });
}

/** What a source, a caller or an error says may hold anything: no terminal and no reader of lines must obey it. */
const oneLine = format((info) => ({ ...info, [MESSAGE]: escapeLine(String(info[MESSAGE])) }));

/**
 * Writes what a terminal or a reader of lines could obey in a line of JSON as `\uXXXX`: DEL and the controls behind it
 * (U+009B begins an ANSI sequence), line and paragraph separators, and what turns the direction of a text around.
 *
 * JSON itself escapes only what stands below U+0020 (RFC 8259, section 7). The line means the same to every parser.
 */
export function escapeLine(json: string): string {
  return json.replace(TERMINAL_CONTROLS, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const TERMINAL_CONTROLS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Ends a log; answers when its last line is in the file. */
export async function closeLogger(logger: Logger): Promise<void> {
  const files = logger.transports.filter((transport) => transport instanceof DailyRotateFile);
  // A transport's own "finish" says only that every line was handed to the stream below.
  const handedDown = files.map((file) => once(file, 'finish'));
  logger.end();
  await Promise.all(handedDown);
  await Promise.all(files.map(endStream));
}

function endStream(file: DailyRotateFile): Promise<void> {
  const { logStream } = file as unknown as { logStream: { end(written: () => void): void } };
  return new Promise((resolve) => logStream.end(resolve));
}
