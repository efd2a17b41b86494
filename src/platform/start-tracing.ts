import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { closeAll } from './shutdown.js';
import type { OpenSpan, Tracing } from './tracing.js';

/**
 * Starts OpenTelemetry with an OTLP exporter over HTTP (protobuf). Where it sends to, with which headers and how long
 * it tries is read by it from the standard OTEL_* variables; a collector that is away costs the spans, nothing else.
 */
export function startTracing(service: string): Tracing {
  const provider = new NodeTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    resource: resourceFromAttributes({ 'service.name': service }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const tracer = trace.getTracer('rollcall');
  return {
    isOn: true,
    during: (name, work) => tracer.startActiveSpan(name, (span) => inSpan(span, work)),
    record({ name, startedAt, endedAt, facts }) {
      tracer.startSpan(name, { startTime: startedAt, attributes: facts }, context.active()).end(endedAt);
    },
    async close() {
      await closeAll([{ what: 'traces', close: () => provider.shutdown() }], 2_000);
    },
  };
}

async function inSpan<T>(span: Span, work: (span: OpenSpan) => Promise<T>): Promise<T> {
  try {
    return await work({
      rename: (name) => void span.updateName(name),
      add: (facts) => void span.setAttributes(facts),
    });
  } catch (error) {
    // The text of an error may name people: its class is enough.
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
    throw error;
  } finally {
    span.end();
  }
}
