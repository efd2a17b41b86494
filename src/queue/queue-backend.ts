import type { Processor, Queue, Telemetry, Worker } from 'bullmq';
import type { JobPayload } from './jobs.js';
import type { Tracing } from '../platform/tracing.js';

/** The part of BullMQ's worker settings that is decided elsewhere. */
interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
}

/** Where BullMQ keeps its jobs. */
export interface QueueBackend {
  readonly name: 'redis' | 'postgres';
  readonly queue: Queue;
  /** Begins only when `run` is called. */
  newWorker(processor: Processor<JobPayload>, settings: WorkerSettings): Worker;
  /** false = known to be down; calls would only wait. */
  isUp(): boolean;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** BullMQ's options that queue and worker share. */
export interface TracedOptions {
  readonly telemetry?: Telemetry;
}

/**
 * Makes BullMQ write spans, and carry a wake-up's trace in the job's options (its data stays `{ taskId }`);
 * undefined, without loading a library, when tracing is off.
 */
export async function queueTelemetry({ isOn }: Pick<Tracing, 'isOn'>): Promise<Telemetry | undefined> {
  if (!isOn) return undefined;
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'rollcall-queue' });
}
