import pTimeout from 'p-timeout';
import { ShutdownError } from '../src/domain/errors.js';
import type { TaskEnd, TaskRun } from '../src/pipeline/run-context.js';
import type { TaskQueue } from '../src/queue/queue.js';
import { auditIgnoredJob } from '../src/tasks/life/audit-ignored-job.js';
import { releaseAll } from '../src/tasks/life/end-task.store.js';
import type { RequestSyncDeps } from '../src/tasks/life/task.js';
import { Activity } from './detect-stall.js';
import { defineWorker, type RungJob } from './define-worker.js';
import { type MaintenanceOptions, startMaintenance, startPresence } from './maintenance.worker.js';
import { startStreams, type StreamDeps } from './streams.js';
import { workOnTask } from './sync.worker.js';
import type { EndedPhase } from './watch-phases.js';
import { startWatchdog, type WatchdogOptions } from './watchdog.js';

/** What a worker is made of. */
export interface WorkerDeps extends RequestSyncDeps {
  readonly queue: TaskQueue;
  /** The pipeline. */
  readonly runTask: (run: TaskRun) => Promise<TaskEnd>;
  /** Called when a phase of a run ends. */
  readonly onPhase?: (taskId: string, ended: EndedPhase) => void;
  /** What holds connections over which events come. Left out: none are held. */
  readonly streams?: Pick<StreamDeps, 'sources' | 'openConfig'>;
}

/** How a worker works. */
export interface WorkerOptions {
  /** This process, in the tasks' rows and the log; unique among the living. */
  readonly name: string;
  /** Tasks at once. */
  readonly concurrency: number;
  readonly maintenance?: MaintenanceOptions;
  readonly watchdog?: WatchdogOptions;
  /** Called once when the worker begins nothing although tasks wait: the process should end. Default: nothing. */
  readonly onStuck?: () => void;
  /** Default 5 s. */
  readonly heartbeatMs?: number;
  /** How long running tasks have to finish their batch; the rest of the 25 s is for closing. Default 18 s. */
  readonly drainMs?: number;
}

/** A worker at work. */
export interface RunningWorker {
  /** Stops taking tasks, lets running ones finish their batch, gives them back; within 20 s (R46). */
  stop(): Promise<void>;
}

/** Begins to take tasks and to look after schedules and lost rings. */
export function startWorker(deps: WorkerDeps, options: WorkerOptions): RunningWorker {
  const { name, concurrency, drainMs = 18_000 } = options;
  const { logger } = deps;
  const stopping = new AbortController();
  const activity = new Activity();
  const worker = takeJobs(deps, options, { activity, stopping: stopping.signal });
  const ends = lookAfter(deps, options, activity);
  const endPresence = startPresence(deps, () => ({ name, concurrency, running: activity.running }));
  return {
    async stop() {
      logger.info('worker stopping', { worker: name });
      stopping.abort(new ShutdownError());
      if (!(await inTime(Promise.all([worker.close(), ...ends.map((end) => end())]), drainMs))) {
        const released = await releaseAll(deps, name);
        logger.warn('tasks did not stop in time; released', { tasks: released });
        await inTime(worker.close(true), 1_000);
      }
      await inTime(endPresence(), 1_000);
    },
  };
}

function takeJobs(
  deps: WorkerDeps,
  { name, concurrency, heartbeatMs }: WorkerOptions,
  { activity, stopping }: { readonly activity: Activity; readonly stopping: AbortSignal },
): ReturnType<typeof defineWorker> {
  const { logger, queue } = deps;
  const syncDeps = { ...deps, workerName: name, stopping, heartbeatMs, onClaim: () => activity.claimed() };
  const work = (job: RungJob) => activity.during(() => workOnTask(syncDeps, job));
  const onForged = (jobId: string) => auditIgnoredJob(deps, jobId, 'names no task');
  const worker = defineWorker({ queue, concurrency, logger, work, onForged });
  worker.run().catch((error: unknown) => logger.error('queue worker ended', { cause: String(error) }));
  return worker;
}

function lookAfter(deps: WorkerDeps, options: WorkerOptions, activity: Activity): readonly (() => Promise<void>)[] {
  const { name, concurrency, maintenance, watchdog, onStuck = () => undefined } = options;
  const watched = { activity, concurrency, queue: deps.queue, onStuck };
  const held = deps.streams ? [startStreams({ ...deps, ...deps.streams }, { name })] : [];
  return [startMaintenance(deps, maintenance), startWatchdog(deps, watched, watchdog), ...held];
}

function inTime(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const done = work.then(
    () => true,
    () => true,
  );
  return pTimeout(done, { milliseconds: timeoutMs, fallback: () => false });
}
