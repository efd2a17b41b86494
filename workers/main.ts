import { hostname } from 'node:os';
import { missingTempFileLimit } from '../src/platform/postgres-server.store.js';
import { pendingMigrations } from '../prisma/migrate.js';
import { type App, compose } from '../src/compose.js';
import { type Config, readConfig } from '../src/config.js';
import { runTask } from '../src/pipeline/run-task.js';
import type { TaskRun } from '../src/pipeline/run-context.js';
import { missingKeysText } from '../src/secrets/rotation/keys-in-use.store.js';
import { endOnce, endOnFaults } from '../src/platform/shutdown.js';
import { startWorker } from './start-worker.js';
import type { EndedPhase } from './watch-phases.js';
import { createWorkerMetrics, serveMetrics, type WorkerMetrics } from './worker-metrics.js';

/** The worker process: config → compose → work → shutdown. Nothing else. */
async function main(): Promise<void> {
  const config = readConfig();
  await refusePendingMigrations(config);
  const app = await compose(config, { role: 'worker' });
  await refuseMissingKeys(app);
  await warnOfLimits(app);
  const metrics = createWorkerMetrics();
  await openMetricsPort(app, metrics);
  const onPhase = (taskId: string, ended: EndedPhase) => {
    metrics.observe(ended);
    app.tracing.record({ ...ended, name: ended.phase, facts: { 'rollcall.task_id': taskId, records: ended.records } });
  };
  const deps = { ...app, onPhase, streams: app, runTask: (run: TaskRun) => runTask(app, run) };
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

/** A port in use must not stop the worker. */
async function openMetricsPort({ config, logger }: App, { registry }: WorkerMetrics): Promise<void> {
  if (config.workerMetricsPort === null) return;
  const { host } = config;
  try {
    const { port } = await serveMetrics(registry, { host, port: config.workerMetricsPort });
    logger.info('metrics listening', { host, port });
  } catch (error) {
    logger.error('metrics disabled: port in use', { port: config.workerMetricsPort, cause: String(error) });
  }
}

/** Better here than in the middle of a task. */
async function refuseMissingKeys(app: App): Promise<void> {
  const missing = missingKeysText(await app.missingKeys());
  if (missing === null) return;
  await app.close();
  throw new Error(missing);
}

/** A disk that is full stops everything: the operator reads it here before that. */
async function warnOfLimits({ db, logger }: App): Promise<void> {
  const warning = await missingTempFileLimit(db.prisma);
  if (warning !== null) logger.warn(warning);
}

async function refusePendingMigrations({ databaseUrl }: Config): Promise<void> {
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length === 0) return;
  throw new Error(`Migrations are pending (${pending.join(', ')}): run "npm run migrate" first.`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The worker cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
