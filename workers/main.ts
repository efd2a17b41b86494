import { hostname } from 'node:os';
import { pendingMigrations } from '../prisma/migrate.js';
import { compose } from '../src/compose.js';
import { type Config, readConfig } from '../src/config.js';
import { runTask } from '../src/pipeline/run-task.js';
import type { TaskRun } from '../src/pipeline/task-run.js';
import { endOnce, endOnFaults } from '../src/platform/end-once.js';
import { startWorker } from './start-worker.js';

/** The worker process: config → compose → work → shutdown. Nothing else. */
async function main(): Promise<void> {
  const config = readConfig();
  await refusePendingMigrations(config);
  const app = await compose(config, { role: 'worker' });
  const deps = { ...app, runTask: (run: TaskRun) => runTask(app, run) };
  const end = endOnce({ stop: () => worker.stop().finally(() => app.close()), exit: (code) => process.exit(code) });
  const worker = startWorker(deps, {
    name: `${hostname()}:${process.pid}`,
    concurrency: config.workerConcurrency,
    onStuck: () => end(1),
  });
  app.logger.info('worker started', { pid: process.pid, concurrency: config.workerConcurrency });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(0));
  endOnFaults(process, app.logger, end);
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
