import { z } from 'zod';
import { defineRoute, type Route } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';
import { pingDatabase } from './count-tasks.store.js';

const state = z.enum(['up', 'down']);

const healthSchema = z.object({ status: z.literal('up') }).meta({ id: 'Health' });

const readySchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'not_ready']),
    checks: z.object({ database: state, queue: state }),
    down: z.array(z.enum(['database', 'queue'])),
  })
  .meta({ id: 'Readiness' });

const TIMEOUT_MS = 3_000;

/** Whether the process lives, and whether it can serve. */
export function healthRoutes(deps: HttpDeps): readonly Route[] {
  return [live(), ready(deps)];
}

const shared = { method: 'get', role: 'open', narrowed: 'allowed', tag: 'System' } as const;

function live(): Route {
  return defineRoute({
    ...shared,
    id: 'readHealth',
    path: '/healthz',
    summary: 'Whether the process lives',
    replies: { 200: { description: 'It does.', schema: healthSchema } },
    handle: () => ({ status: 200, body: { status: 'up' } }),
  });
}

/** A queue that is down stops nobody: requests are kept and rung for later. So it degrades, and only names itself. */
function ready({ db, queue, stopping }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'readReadiness',
    path: '/readyz',
    summary: 'Whether requests can be served, and what is down',
    replies: {
      200: { description: 'They can; `degraded` while the queue is down.', schema: readySchema },
      503: { description: 'The database is down, or the process is going down.', schema: readySchema },
    },
    async handle() {
      const [database, queueState] = await Promise.all([stateOf(pingDatabase(db.prisma)), stateOf(queue.ping())]);
      const checks = { database, queue: queueState };
      const down = (['database', 'queue'] as const).filter((name) => checks[name] === 'down');
      if (database === 'down' || stopping.aborted) return { status: 503, body: { status: 'not_ready', checks, down } };
      return { status: 200, body: { status: down.length > 0 ? 'degraded' : 'ready', checks, down } };
    },
  });
}

async function stateOf(ping: Promise<void>): Promise<'up' | 'down'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'down'>((done) => (timer = setTimeout(() => done('down'), TIMEOUT_MS)));
  const answer = ping.then(
    () => 'up' as const,
    () => 'down' as const,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
