import { createLogger as createWinston, format, type Logger, transports } from 'winston';
import { dailyFile } from './daily-file.js';
import { escapeLine } from './escape-line.js';

export type { Logger };

/** Where winston keeps the finished line. */
const MESSAGE = Symbol.for('message');

/** Where the system log goes. */
export interface LoggerOptions {
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
  let told = false;
  const onError = (error: Error) => {
    if (!told) process.stderr.write(`The system log can't be written: ${error.message}\n`);
    told = true;
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
