import { z } from 'zod';
import { RequestError } from '../../domain/errors.js';
import { requestSync } from '../../tasks/life/request-sync.store.js';
import { retryTask } from '../../tasks/life/retry-task.store.js';
import { type Call, defineRoute, type Reply, type Route } from '../core/define-route.js';
import type { HttpDeps } from '../core/http-deps.js';
import type { HeldPush } from '../../tasks/inbox/wait-for-push.store.js';
import { awaitPush } from '../api/pushes/await-push.js';
import { heldPushSchema, viewHeldPush } from '../api/pushes/push-schema.js';
import { MAX_PUSH_BYTES, submitPush } from '../api/pushes/submit-push.js';
import { findDecidableTask } from '../api/tasks/find-decidable-task.js';
import { taskSchema } from '../api/tasks/task-schema.js';
import { viewTask } from '../api/tasks/task-view.js';
import { findSyncSource, readPush } from './read-push.js';
import { resultOfPush } from './push-answer.js';

/** The compatible push API: what clients of NocoBase's user-data-sync plugin already speak. */
export function userDataRoutes(deps: HttpDeps): readonly Route[] {
  return [push(deps), listSyncTypes(deps), pull(deps), retry(deps)];
}

const shared = { narrowed: 'allowed', tag: 'Compatible push API' } as const;
const data = <T extends z.ZodType>(schema: T) => z.object({ data: schema });
const WAIT_MS = 60_000;

const pushBody = z
  .unknown()
  .describe('`{ dataType, matchKey?, records, sourceName? }`: see the reference for the fields of a record.');

const pushAnswer = data(
  z.object({
    code: z.literal(0),
    message: z.literal('success'),
    result: z.array(
      z.object({
        resource: z.string(),
        detail: z.object({
          count: z.object({ all: z.int(), success: z.int(), failed: z.int() }),
          failedRecords: z.array(z.object({ record: z.unknown(), message: z.string() })),
          problems: z.array(z.object({ record: z.unknown(), message: z.string() })).optional(),
        }),
      }),
    ),
  }),
);

function push(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'userDataPush',
    method: 'post',
    path: '/userData:push',
    role: 'push',
    summary: 'Push records and wait for the result, up to 60 s',
    body: { schema: pushBody, required: false, limitBytes: MAX_PUSH_BYTES, records: true },
    replies: {
      200: { description: 'Done.', schema: pushAnswer },
      202: {
        description:
          'Stored, and not processed in time. Answered at once if it is held for the approval of an admin, or the key has ' +
          'too many waiting requests.',
        schema: data(
          z.object({
            code: z.literal(0),
            message: z.string(),
            taskId: z.string(),
            pushId: z.string(),
            held: heldPushSchema.optional(),
          }),
        ),
      },
    },
    handle: (call) => accept(deps, call),
  });
}

async function accept(deps: HttpDeps, call: Call<unknown, unknown, unknown>): Promise<Reply> {
  const { principal, requester, request, bodyShare, beginWait } = call;
  const { dataType: kind, matchKey, records, sourceName } = readPush(call.body, deps.targets);
  const source = await findSyncSource(deps.db.prisma, principal, sourceName);
  const { pushId, taskId } = await submitPush(deps, {
    source,
    kind,
    matchKey,
    records,
    principal,
    requestedBy: requester.requestedBy,
    idempotencyKey: request.get('Idempotency-Key'),
    bodyShare,
  });
  const outcome = await awaitPush(deps, { pushId, timeoutMs: WAIT_MS, beginWait });
  if (!outcome) return { status: 202, body: { data: { code: 0, message: 'accepted', taskId, pushId } } };
  if (outcome.status === 'held') return held(deps, { ...outcome, pushId });
  if (outcome.error) return { status: 500, body: { data: { code: 500, message: outcome.error.message } } };
  return { status: 200, body: { data: { code: 0, message: 'success', result: resultOfPush(kind, outcome) } } };
}

/** Nothing of it is applied yet: what waits, and where an admin decides. */
function held(deps: HttpDeps, push: HeldPush & { readonly pushId: string }): Reply {
  const { taskId, pushId } = push;
  const view = viewHeldPush(deps, push);
  const codes = [...new Set(view.reasons.map(({ code }) => code))].join(', ');
  const message = `The push is stored and waits for the approval of an admin (${codes}): ${view.consoleUrl}`;
  return { status: 202, body: { data: { code: 0, message, taskId, pushId, held: view } } };
}

function listSyncTypes({ sources }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'userDataListSyncTypes',
    method: 'get',
    path: '/userData:listSyncTypes',
    role: 'viewer',
    summary: 'List source types',
    replies: { 200: { description: 'All.', schema: data(z.array(z.object({ name: z.string(), title: z.string() }))) } },
    handle() {
      const types = sources.list().map(({ type: name, title }) => ({ name, title }));
      return { status: 200, body: { data: types } };
    },
  });
}

function pull(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'userDataPull',
    method: 'post',
    path: '/userData:pull',
    role: 'operator',
    summary: 'Start a sync',
    query: z.object({ name: z.string().min(1) }),
    replies: { 200: { description: 'The task.', schema: data(taskSchema) } },
    async handle({ query, principal, requester }) {
      const source = await findSyncSource(deps.db.prisma, principal, query.name);
      if (!deps.sources.find(source.type)) throw refused(`SyncSourceType [${source.type}] is not found.`);
      const { task } = await requestSync(deps, { sourceName: source.name, ...requester });
      return { status: 200, body: { data: viewTask(task, deps.targets) } };
    },
  });
}

function retry(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'userDataRetry',
    method: 'post',
    path: '/userData:retry',
    role: 'operator',
    summary: 'Retry a task that failed',
    query: z.object({ id: z.string().min(1), sourceId: z.string().optional().describe("The source's name.") }),
    replies: { 200: { description: 'The task.', schema: data(taskSchema) } },
    async handle({ query: { id: taskId, sourceId }, principal, requester }) {
      const found = await findDecidableTask(deps.db.prisma, principal, taskId);
      if (sourceId !== undefined && sourceId !== found.source && sourceId !== found.sourceId)
        throw refused(`SyncSource [${sourceId}] is not found.`);
      await findSyncSource(deps.db.prisma, principal, found.source);
      const { task } = await retryTask(deps, { taskId, ...requester }).catch((error: unknown) => {
        throw error instanceof RequestError && error.code === 'task_not_retryable'
          ? refused(`Task [${taskId}] is not failed.`)
          : error;
      });
      return { status: 200, body: { data: viewTask(task, deps.targets) } };
    },
  });
}

function refused(message: string): RequestError {
  return new RequestError(400, 'invalid_request', message);
}
