import { collectDefaultMetrics, Registry } from 'prom-client';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { readFacts } from './facts.store.js';
import { createOwnMetrics, type QueueFacts } from './own-metrics.js';

/** What Prometheus scrapes: what stands in the database is read at each scrape, so any API process tells the same. */
export function metricsRoute(deps: HttpDeps): Route {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const publish = createOwnMetrics(registry);
  const readsInFull = (type: string) => deps.supportedModes(type).includes('full');
  return defineRoute({
    id: 'readMetrics',
    method: 'get',
    path: '/metrics',
    role: 'viewer',
    narrowed: 'refused',
    tag: 'System',
    summary: 'Metrics for Prometheus',
    replies: { 200: { description: 'Text exposition format.', contentType: 'text/plain' } },
    async handle() {
      const [facts, queue] = await Promise.all([readFacts(deps.db.prisma), readQueue(deps)]);
      publish({ ...facts, queue, readsInFull });
      return { status: 200, body: await registry.metrics(), headers: { 'Content-Type': registry.contentType } };
    },
  });
}

async function readQueue({ queue, logger }: HttpDeps): Promise<QueueFacts> {
  try {
    return await queue.countJobs();
  } catch (error) {
    logger.warn('queue not counted', { cause: String(error) });
    return null;
  }
}
