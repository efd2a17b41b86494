import { z } from 'zod';
import pTimeout from 'p-timeout';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { countWorkersAlive } from '../workers/worker-list.store.js';
import { pingDatabase } from './facts.store.js';

const PARTS = ['database', 'queue', 'workers', 'migrations', 'keys'] as const;

const state = z.enum(['up', 'down', 'unknown']);

const healthSchema = z.object({ status: z.literal('up') }).meta({ id: 'Health' });

const readySchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'not_ready']),
    checks: z.object({
      database: state,
      queue: state,
      workers: state.describe('`down`: no worker was seen within 30 s; requests are still accepted.'),
      migrations: state.describe('`down`: migrations are pending.'),
      keys: state.describe('`down`: secrets of sources are sealed with keys that this process does not have.'),
    }),
    down: z.array(z.enum(PARTS)),
    missingKeys: z.array(z.string()).optional().describe('Ids of the keys to add to `SECRET_KEYS`.'),
  })
  .meta({ id: 'Readiness' });

const TIMEOUT_MS = 3_000;
/** Migrations change by hand: who asks each second need not look each second. */
const MIGRATIONS_MS = 30_000;
/** A key that another process seals with is seen that soon. */
const KEYS_MS = 5_000;

/** Whether the process runs, and whether it can serve. */
export function healthRoutes(deps: HttpDeps): readonly Route[] {
  return [live(), ready(deps)];
}

const shared = { method: 'get', role: 'open', narrowed: 'allowed', tag: 'System' } as const;

function live(): Route {
  return defineRoute({
    ...shared,
    id: 'readHealth',
    path: '/healthz',
    summary: 'Whether the process runs',
    replies: { 200: { description: 'The process runs.', schema: healthSchema } },
    handle: () => ({ status: 200, body: { status: 'up' } }),
  });
}

/**
 * Only without the database no request can be served. While the queue or the workers are down, requests are stored and
 * processed later, so that the service is `degraded`, not unavailable.
 */
function ready(deps: HttpDeps): Route {
  const check = checker(deps);
  return defineRoute({
    ...shared,
    id: 'readReadiness',
    path: '/readyz',
    summary: 'Whether requests can be served, and which parts are down',
    replies: {
      200: {
        description:
          'Requests can be served; `degraded` while the queue is down, no worker runs, migrations are pending or keys are missing.',
        schema: readySchema,
      },
      503: { description: 'The database is down, or the process is shutting down.', schema: readySchema },
    },
    async handle() {
      const { missingKeys, ...checks } = await check();
      const down = PARTS.filter((name) => checks[name] === 'down');
      if (checks.database === 'down' || deps.stopping.aborted)
        return { status: 503, body: { status: 'not_ready', checks, down } };
      const status = down.length > 0 ? 'degraded' : 'ready';
      return { status: 200, body: { status, checks, down, ...(missingKeys.length > 0 ? { missingKeys } : {}) } };
    },
  });
}

type State = z.output<typeof state>;
type Checks = Record<(typeof PARTS)[number], State> & { readonly missingKeys: readonly string[] };

function checker({ db, queue, pendingMigrations, missingKeys }: HttpDeps) {
  const readMissing = cacheFor(KEYS_MS, missingKeys);
  const readPending = cacheFor(MIGRATIONS_MS, pendingMigrations);
  return async (): Promise<Checks> => {
    let missing: readonly string[] = [];
    const [database, queueState, workers, migrations, keys] = await Promise.all([
      stateOf(pingDatabase(db.prisma), 'down'),
      stateOf(queue.ping(), 'down'),
      // What can't be asked because the database is away is not named beside it.
      stateOf(countWorkersAlive(db.prisma).then(isSome)),
      stateOf(readPending().then(isNone)),
      stateOf(readMissing().then((ids) => isNone((missing = ids)))),
    ]);
    return { database, queue: queueState, workers, migrations, keys, missingKeys: missing };
  };
}

const isSome = (count: number): State => (count > 0 ? 'up' : 'down');
const isNone = (names: readonly unknown[]): State => (names.length === 0 ? 'up' : 'down');

function stateOf(answer: Promise<State | void>, silent: State = 'unknown'): Promise<State> {
  const asked = answer.then(
    (given) => given ?? 'up',
    () => silent,
  );
  return pTimeout(asked, { milliseconds: TIMEOUT_MS, fallback: () => silent });
}

/** Calls at most once in `ageMs` and shares the result; a failure is not kept. */
function cacheFor<T>(ageMs: number, ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly answer: Promise<T>; readonly until: number } | null = null;
  return () => {
    if (asked && performance.now() < asked.until) return asked.answer;
    const current = { answer: ask(), until: performance.now() + ageMs };
    asked = current;
    current.answer.catch(() => {
      if (asked === current) asked = null;
    });
    return current.answer;
  };
}
