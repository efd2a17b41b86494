import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { EndedPhase } from './watch-phases.js';

/** What one worker process tells Prometheus of itself: what stands in the database, the API tells. */
export interface WorkerMetrics {
  readonly registry: Registry;
  observe(ended: EndedPhase): void;
}

/** A tick, a page, a small source, a big one. */
const BUCKETS_S = [0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200];

/** Makes a worker's metrics; Node's own (event-loop lag, memory) are among them. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const shared = { labelNames: ['phase'] as const, registers: [registry] };
  const seconds = new Histogram({
    name: 'rollcall_phase_duration_seconds',
    help: 'How long a phase of a task took in one run.',
    buckets: BUCKETS_S,
    ...shared,
  });
  const records = new Counter({
    name: 'rollcall_records_total',
    help: 'Records pulled, records planned, changes applied.',
    ...shared,
  });
  return {
    registry,
    observe({ phase, startedAt, endedAt, records: count }) {
      seconds.observe({ phase }, Math.max(0, endedAt - startedAt) / 1_000);
      records.inc({ phase }, count);
    },
  };
}

/**
 * Answers `GET /metrics`, without a key: it belongs where only Prometheus reaches it.
 *
 * @returns the port that it listens on.
 * @throws Error when the port is taken.
 */
export async function serveMetrics(
  registry: Registry,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer(answer(registry)).listen(port, host);
  await once(server, 'listening');
  // It must not keep a process alive that has nothing else to do.
  server.unref();
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

function answer(registry: Registry): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };
}
