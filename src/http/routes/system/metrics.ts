import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { TASK_STATUSES } from '../../../domain/task.js';
import { defineRoute, type Route } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';
import { countTasks } from './count-tasks.store.js';

/** What Prometheus scrapes. */
export function metricsRoute(deps: HttpDeps): Route {
  const registry = newRegistry(deps);
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
      return { status: 200, body: await registry.metrics(), headers: { 'Content-Type': registry.contentType } };
    },
  });
}

function newRegistry({ db, queue, logger }: HttpDeps): Registry {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'rollcall_tasks',
    help: 'Tasks by status.',
    labelNames: ['status'],
    registers,
    async collect() {
      const counts = await countTasks(db.prisma);
      for (const status of TASK_STATUSES) this.set({ status }, counts.get(status) ?? 0);
    },
  });
  new Gauge({
    name: 'rollcall_queue_jobs',
    help: 'Jobs in the queue by state; absent while the queue is down.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const counts = await queue.countJobs().catch((error: unknown) => {
        logger.warn('queue not counted', { cause: String(error) });
        return {};
      });
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
  return registry;
}
