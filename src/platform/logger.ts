import { createLogger as createWinston, type Logger, transports } from 'winston';

export type { Logger };

/** Where the system log goes. */
export interface LoggerOptions {
  /** Folder of the log files. */
  readonly dir: string;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** Also on standard output. */
  readonly console: boolean;
}

/** The system log: ids and counts, never names, mails, payloads or options. */
export function createLogger(options: LoggerOptions): Logger {
  return createWinston({ level: options.level, transports: [new transports.Console()] });
}
