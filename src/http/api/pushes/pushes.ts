import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { nameOfSource } from '../../../domain/source-state.js';
import type { HeldPlan, TaskStatus } from '../../../domain/task.js';
import { existingTask } from '../../../tasks/life/find-task.store.js';
import { type Call, defineRoute, type Reply, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { ttlCache } from '../../../access/ttl-cache.js';
import { permitted } from '../find-permitted.js';
import { sourceParams } from '../sources/source-schema.js';
import { findSource, type SourceRow } from '../sources/source.store.js';
import { awaitPush, plainOutcome } from './await-push.js';
import {
  acceptedPushSchema,
  type PushBody,
  pushBodySchema,
  type PushOutcome,
  pushResultSchema,
  pushSchema,
  type PushView,
  viewHeldPush,
} from './push-schema.js';
import { findPush, type PushRow } from './push.store.js';
import { MAX_PUSH_BYTES, submitPush } from './submit-push.js';

/** Pushes: hand records over, and read what became of them. */
export function pushRoutes(deps: HttpDeps): readonly Route[] {
  return [push(deps), read(deps)];
}

const pushQuery = z.strictObject({
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(60)
    .default(0)
    .describe('Seconds to wait for the result; a key with too many requests that wait is answered at once.'),
  kind: z.string().optional().describe('For `application/x-ndjson`.'),
  matchKey: z.string().optional().describe('For `application/x-ndjson`.'),
});

type PushCall = Call<z.output<typeof sourceParams>, z.output<typeof pushQuery>, PushBody>;

function push(deps: HttpDeps): Route {
  // What is stored is decided by the row as it is then; this only tells soon what is wrong.
  const findSoon = ttlCache((name) => findSource(deps.db.prisma, name));
  return defineRoute({
    id: 'pushRecords',
    method: 'post',
    path: '/sources/{name}/records',
    role: 'push',
    narrowed: 'allowed',
    tag: 'Pushes',
    summary: 'Push records; with an `Idempotency-Key`, a repeated request within 72 h changes nothing',
    params: sourceParams,
    missing: 'source_not_found',
    query: pushQuery,
    body: {
      schema: pushBodySchema,
      limitBytes: MAX_PUSH_BYTES,
      records: true,
      ofLines: (records, { kind, matchKey }) => ({ kind, ...(matchKey === undefined ? {} : { matchKey }), records }),
    },
    replies: {
      200: { description: 'Processed in time.', schema: z.object({ pushId: z.uuid(), result: pushResultSchema }) },
      202: {
        description: 'Stored; the task is queued, or held for the approval of an admin (answered at once).',
        schema: acceptedPushSchema,
      },
      409: { description: '`source_disabled`, `idempotency_key_reused`.' },
      413: { description: '`too_many_records`, `payload_too_large`.' },
      422: { description: '`unknown_kind`, `not_a_push_source`, `match_key_not_allowed`, `invalid_request`.' },
    },
    handle: (call) => accept(deps, findSoon, call),
  });
}

async function accept(
  deps: HttpDeps,
  findSoon: (name: string) => Promise<SourceRow | null>,
  { params, query, body, principal, requester, request, bodyShare, beginWait }: PushCall,
): Promise<Reply> {
  const source = permitted(principal, params.name, await findSoon(params.name));
  const { pushId, taskId } = await submitPush(deps, {
    source,
    kind: body.kind,
    matchKey: body.matchKey ?? null,
    records: body.records,
    principal,
    requestedBy: requester.requestedBy,
    idempotencyKey: request.get('Idempotency-Key'),
    bodyShare,
  });
  const result = await awaitPush(deps, { pushId, timeoutMs: query.wait * 1_000, beginWait });
  const isHeld = result?.status === 'held';
  if (result && !isHeld) return { status: 200, body: { pushId, result } };
  const draining = await existingTask(deps.db.prisma, isHeld ? result.taskId : taskId);
  const { id, batch, source: name, trigger, mode, dryRun } = draining;
  const task = { id, batch, source: name, trigger, mode, dryRun, status: isHeld ? 'held' : 'queued' };
  const held = isHeld ? { held: viewHeldPush(deps, result) } : {};
  return { status: 202, body: { pushId, task, ...held }, headers: { Location: `/api/v1/pushes/${pushId}` } };
}

function read(deps: HttpDeps): Route {
  return defineRoute({
    id: 'readPush',
    method: 'get',
    path: '/pushes/{id}',
    role: 'push',
    narrowed: 'allowed',
    tag: 'Pushes',
    summary: 'Read the state or result of a push',
    params: z.object({ id: z.uuid() }),
    missing: 'push_not_found',
    replies: { 200: { description: 'The push.', schema: pushSchema } },
    async handle({ params, principal }) {
      const found = await findPush(deps.db.prisma, params.id);
      const hidden = principal.sourceId !== null && found?.sourceId !== principal.sourceId;
      if (!found || hidden) throw new RequestError(404, 'push_not_found', `There is no push ${params.id}.`);
      return { status: 200, body: viewPush(deps, found) };
    },
  });
}

function viewPush(deps: HttpDeps, row: PushRow): PushView {
  const stored = row.finishedAt === null ? null : (row.result as PushOutcome | null);
  const result = stored && plainOutcome(stored);
  return {
    id: row.id,
    source: nameOfSource(row.source.name),
    kind: row.kind,
    recordCount: row.recordCount,
    status: result?.status ?? (row.task?.status as TaskStatus | undefined) ?? 'queued',
    taskId: row.taskId,
    receivedAt: row.receivedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    result,
    held: heldOf(deps, row),
  };
}

/** Why a push waits for a person; null where it does not. */
function heldOf(deps: HttpDeps, { finishedAt, taskId, task }: PushRow): PushView['held'] {
  if (finishedAt !== null || taskId === null || task?.status !== 'held') return null;
  return viewHeldPush(deps, { taskId, held: task.held as HeldPlan });
}
