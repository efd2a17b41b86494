import type { Logger } from 'winston';
import DailyRotateFile from 'winston-daily-rotate-file';

/** Ends a log; answers when its last line is in the file. */
export async function closeLogger(logger: Logger): Promise<void> {
  const files = logger.transports.filter((transport) => transport instanceof DailyRotateFile);
  const written = files.map((file) => new Promise((resolve) => file.once('finish', resolve)));
  await new Promise((resolve) => logger.once('finish', resolve).end());
  logger.close();
  await Promise.all(written);
}
