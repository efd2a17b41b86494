import type { Telemetry } from 'bullmq';
import type { Tracing } from '../platform/tracing.js';

/**
 * Makes BullMQ write spans, and carry a wake-up's trace in the job's options (its data stays `{ taskId }`);
 * undefined, without loading a library, when tracing is off.
 */
export async function queueTelemetry({ isOn }: Pick<Tracing, 'isOn'>): Promise<Telemetry | undefined> {
  if (!isOn) return undefined;
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'rollcall-queue' });
}
