import type { App } from '../src/compose.js';
import { ShutdownError } from '../src/domain/errors.js';
import { runTask } from '../src/pipeline/run-task.js';
import { releaseAll } from '../src/tasks/release-all.js';
import { defineWorker } from './define-worker.js';
import { startMaintenance } from './maintenance.worker.js';
import { workOnTask } from './sync.worker.js';

/** A worker at work. */
export interface RunningWorker {
  /** Stops taking tasks, lets running ones finish their batch, gives them back; within 20 s (R46). */
  stop(): Promise<void>;
}

/** The rest of the 25 s is for closing connections and logs. */
const DRAIN_MS = 18_000;

/** Begins to take tasks and to look after schedules and lost rings. */
export function startWorker(app: App, workerName: string): RunningWorker {
  const stopping = new AbortController();
  const { logger } = app;
  const deps = { ...app, runTask: runTask.bind(null, app), workerName, stopping: stopping.signal };
  const worker = defineWorker({
    queue: app.queue,
    concurrency: app.config.workerConcurrency,
    logger,
    work: (job) => workOnTask(deps, job),
  });
  worker.run().catch((error: unknown) => logger.error('queue worker ended', { cause: String(error) }));
  const endMaintenance = startMaintenance(app);
  return {
    async stop() {
      logger.info('worker stopping');
      stopping.abort(new ShutdownError());
      const drained = await inTime(Promise.all([worker.close(), endMaintenance()]), DRAIN_MS);
      if (drained) return;
      const released = await releaseAll(app, workerName);
      logger.warn('tasks did not stop in time; given back', { tasks: released });
      await inTime(worker.close(true), 1_000);
    },
  };
}

async function inTime(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  const answer = await Promise.race([done, late]);
  clearTimeout(timer);
  return answer;
}
