import { once } from 'node:events';
import type { Logger } from 'winston';
import DailyRotateFile from 'winston-daily-rotate-file';

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
