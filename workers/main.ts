import { hostname } from 'node:os';
import { pendingMigrations } from '../prisma/migrate.js';
import { compose } from '../src/compose.js';
import { type Config, readConfig } from '../src/config.js';
import { runTask } from '../src/pipeline/run-task.js';
import type { TaskRun } from '../src/pipeline/task-run.js';
import { startWorker } from './start-worker.js';

/** The worker process: config → compose → work → shutdown. Nothing else. */
async function main(): Promise<void> {
  const config = readConfig();
  await refusePendingMigrations(config);
  const app = await compose(config, { role: 'worker' });
  const deps = { ...app, runTask: (run: TaskRun) => runTask(app, run) };
  const worker = startWorker(deps, { name: `${hostname()}:${process.pid}`, concurrency: config.workerConcurrency });
  app.logger.info('worker started', { pid: process.pid, concurrency: config.workerConcurrency });
  let ending: Promise<void> | null = null;
  const end = (code: number) => {
    ending ??= worker.stop().then(() => app.close());
    void ending.finally(() => process.exit(code));
  };
  process.once('SIGTERM', () => end(0));
  process.once('SIGINT', () => end(0));
  process.on('unhandledRejection', (reason) => {
    app.logger.error('unhandled rejection', { cause: String(reason), stack: (reason as Error | null)?.stack });
    end(1);
  });
}

async function refusePendingMigrations({ databaseUrl }: Config): Promise<void> {
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length === 0) return;
  throw new Error(`The database lacks migrations (${pending.join(', ')}): run "npm run migrate" first.`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The worker can't start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
