import type { Queue, Telemetry } from 'bullmq';
import pTimeout from 'p-timeout';
import type { Logger } from '../platform/logger.js';
import { type JobPayload, ringId } from './jobs.js';
import { openPostgresBackend } from './postgres-backend.js';
import type { QueueBackend, TracedOptions } from './queue-backend.js';
import { openRedisBackend } from './redis-backend.js';

/** The doorbell: jobs that tell workers to look at a task. PostgreSQL's tables, not this, know what is to be done. */
export interface TaskQueue {
  /** @throws Error within half a second when the queue can't be reached. */
  ring(taskId: string, ring: number, delayMs?: number): Promise<void>;
  /** Whether this very ring waits for a worker or its delay. @throws Error like `ring`. */
  isRinging(taskId: string, ring: number): Promise<boolean>;
  /** @throws Error within half a second when the queue can't be reached. */
  ping(): Promise<void>;
  /**
   * Whether it is paused (Bull Board can do so). @throws Error within half a second when the queue can't be reached.
   */
  isPaused(): Promise<boolean>;
  /** Jobs by state. @throws Error within half a second when the queue can't be reached. */
  countJobs(): Promise<Readonly<Record<string, number>>>;
  /** What Bull Board shows. */
  readonly board: readonly Queue[];
  /** For the workers. */
  readonly backend: QueueBackend;
  close(): Promise<void>;
}

/** Where the queue is kept. */
export interface QueueOptions {
  /** null = BullMQ's PostgreSQL backend. */
  readonly redisUrl: string | null;
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Default: no traces. */
  readonly telemetry?: Telemetry | undefined;
}

/** An answer to a request must not wait longer for the queue. */
const TIMEOUT_MS = 400;

/** A job in one of these states will still be heard. One in `active` may be in the hands of a dead worker. */
const RINGING = new Set(['waiting', 'delayed', 'prioritized', 'waiting-children']);

const JOB_NAME = 'sync';

/**
 * Opens the queue. A Redis that is away is no error: the process starts, and rings when it is back.
 *
 * @throws Error when Redis would lose jobs, saying what to change.
 */
export async function openQueue({ redisUrl, databaseUrl, logger, telemetry }: QueueOptions): Promise<TaskQueue> {
  const backend =
    redisUrl === null
      ? await openPostgresBackend(databaseUrl, logger, traced(telemetry))
      : await openRedisBackend(redisUrl, logger, traced(telemetry));
  const { queue } = backend;
  return {
    async ring(taskId, ring, delayMs = 0) {
      const payload: JobPayload = { taskId };
      await answer(backend, 'ring', () =>
        queue.add(JOB_NAME, payload, { jobId: ringId(taskId, ring), delay: delayMs }),
      );
    },
    async isRinging(taskId, ring) {
      return RINGING.has(await answer(backend, 'job state', () => queue.getJobState(ringId(taskId, ring))));
    },
    ping: () => answer(backend, 'ping', () => backend.ping()),
    isPaused: () => answer(backend, 'paused', () => queue.isPaused()),
    countJobs: () => answer(backend, 'job counts', () => queue.getJobCounts()),
    board: [queue],
    backend,
    close: () => backend.close(),
  };
}

function traced(telemetry: Telemetry | undefined): TracedOptions {
  return telemetry ? { telemetry } : {};
}

/** BullMQ's calls wait for a connection that was never there: hence the look before. */
async function answer<T>(backend: QueueBackend, what: string, call: () => Promise<T>): Promise<T> {
  if (!backend.isUp()) throw new Error(`queue: ${what}: ${backend.name} cannot be reached`);
  const message = `queue: ${what} took longer than ${TIMEOUT_MS} ms`;
  return pTimeout(call(), { milliseconds: TIMEOUT_MS, message });
}
