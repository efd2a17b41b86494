import { NO_TRACING, type Tracing } from './tracing.js';

/** Tells the collector that the standard OTEL_EXPORTER_OTLP_* variables name; loads OpenTelemetry only then. */
export async function openTracing(isEnabled: boolean, service: string): Promise<Tracing> {
  if (!isEnabled) return NO_TRACING;
  const { startTracing } = await import('./start-tracing.js');
  return startTracing(service);
}
