import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq';
import type { Logger } from '../src/platform/logger.js';
import { jobPayload } from '../src/queue/jobs.js';
import type { TaskQueue } from '../src/queue/queue.js';

/** What became of a job. The task's row says it too; this is what Bull Board shows. */
export type JobEnd =
  | { readonly type: 'done'; readonly result: Readonly<Record<string, unknown>> }
  /** For good: only a person brings it back. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** The same job again later. */
  | { readonly type: 'delayed'; readonly delayMs: number };

/** A ring that was heard. */
export interface RungJob {
  /** The queue's id of it. */
  readonly id: string;
  readonly taskId: string;
  /** It had ended before: it comes back only because a person retries it, in Bull Board. */
  readonly isRetried: boolean;
  /** Shown in Bull Board. */
  showProgress(progress: Readonly<Record<string, string | number | null>>): Promise<void>;
  log(line: string): Promise<unknown>;
}

/** A worker of this process. */
export interface WorkerDefinition {
  readonly queue: TaskQueue;
  /** Jobs at once. */
  readonly concurrency: number;
  readonly logger: Logger;
  readonly work: (job: RungJob) => Promise<JobEnd>;
  /** Called for a forged job. */
  readonly onForged: (jobId: string) => Promise<void>;
}

/**
 * What survived kills, a blocked event loop and network cuts. A job's lock is not what keeps two workers apart (the
 * task's fence is), so a stalled job is simply rung again, whatever its number of lives.
 */
const SETTINGS = { lockDuration: 60_000, stalledInterval: 15_000, maxStalledCount: 1_000 };

/**
 * Makes a worker: the one place that knows how BullMQ retries, delays and gives up. It takes jobs once `run` is called.
 */
export function defineWorker({ queue, concurrency, logger, work, onForged }: WorkerDefinition): Worker {
  const worker = queue.backend.newWorker(
    async (job, token) => {
      const payload = jobPayload.safeParse(job.data);
      if (!payload.success) {
        await onForged(job.id ?? '');
        return { ignored: 'the job names no task' };
      }
      return translate(await work(rungJob(job, payload.data.taskId)), job, token);
    },
    { ...SETTINGS, concurrency },
  );
  worker.on('error', (error) => logger.warn('queue worker error', { cause: error.message }));
  return worker;
}

function rungJob(job: Job, taskId: string): RungJob {
  return {
    id: job.id ?? '',
    taskId,
    // BullMQ counts an attempt when a job ends, never when it is delayed or stalls.
    isRetried: job.attemptsMade > 0,
    showProgress: (progress) => job.updateProgress({ ...progress }),
    log: (line) => job.log(line),
  };
}

async function translate(end: JobEnd, job: Job, token: string | undefined): Promise<unknown> {
  switch (end.type) {
    case 'done':
      return end.result;
    case 'failed':
      throw new UnrecoverableError(`${end.code}: ${end.message}`);
    case 'delayed':
      await job.moveToDelayed(Date.now() + end.delayMs, token);
      throw new DelayedError();
    default:
      return end satisfies never;
  }
}
