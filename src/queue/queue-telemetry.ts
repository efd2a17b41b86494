import type { Telemetry } from 'bullmq';
import type { Tracing } from '../platform/tracing.js';

/**
 * What makes BullMQ write spans, and carry a ring's trace in the job's options (its data stays `{ taskId }`);
 * undefined, and nothing is loaded, when nobody listens.
 */
export async function queueTelemetry({ isOn }: Pick<Tracing, 'isOn'>): Promise<Telemetry | undefined> {
  if (!isOn) return undefined;
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'rollcall-queue' });
}
