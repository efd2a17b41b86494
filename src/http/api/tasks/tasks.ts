import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import { CHANGE_OUTCOMES, SHOWN_ACTIONS } from '../../../domain/change.js';
import { approveTask, rejectTask } from '../../../tasks/life/held-tasks.store.js';
import { cancelTask } from '../../../tasks/life/cancel-task.store.js';
import { requestSync } from '../../../tasks/life/request-sync.store.js';
import { retryTask } from '../../../tasks/life/retry-task.store.js';
import { undoTask } from '../../../tasks/life/undo-task.store.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { cursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { findPermittedSource, findPermittedTask } from '../find-permitted.js';
import { sourceParams } from '../sources/source-schema.js';
import { text } from '../../core/text-schema.js';
import { findNames } from './change-names.store.js';
import { findDecidableTask } from './find-decidable-task.js';
import { readChanges, type SeenChange } from './read-changes.js';
import { changeNamesSchema, changeSchema, joinedTaskSchema, taskParams, taskSchema } from './task-schema.js';
import { viewTask } from './task-view.js';

/** Tasks: start, read, and what people decide about them. */
export function taskRoutes(deps: HttpDeps): readonly Route[] {
  return [sync(deps), read(deps), changes(deps), retry(deps), cancel(deps), approve(deps), reject(deps), undo(deps)];
}

const shared = { narrowed: 'allowed', tag: 'Tasks', params: taskParams, missing: 'task_not_found' } as const;
const FORBIDDEN = {
  description:
    '`forbidden`: the key has no permission for this request; one narrowed to a source does not decide about tasks of the modes `recompose` and `remove`, or their undo.',
};
const changePage = pageOf(changeSchema).extend({ names: changeNamesSchema });
const reason = text({ max: 1_000, trim: true });
const locationOf = (task: { readonly id: string }) => ({ Location: `/api/v1/tasks/${task.id}` });

function sync(deps: HttpDeps): Route {
  return defineRoute({
    id: 'syncSource',
    method: 'post',
    path: '/sources/{name}/sync',
    role: 'operator',
    narrowed: 'allowed',
    tag: 'Tasks',
    summary: 'Start a sync, or return the one that is already queued',
    params: sourceParams,
    missing: 'source_not_found',
    body: {
      required: false,
      schema: z.strictObject({ mode: z.enum(['full', 'delta']).optional(), dryRun: z.boolean().optional() }),
    },
    replies: {
      202: { description: 'The task.', schema: joinedTaskSchema },
      409: { description: '`source_disabled`, `source_being_deleted`.' },
      422: { description: '`mode_not_supported`.' },
    },
    async handle({ params, body, principal, requester }) {
      const source = await findPermittedSource(deps.db.prisma, principal, params.name);
      const request = { sourceName: source.name, ...body, ...requester };
      const { task, joined } = await requestSync(deps, request);
      return { status: 202, body: { ...viewTask(task, deps.targets), joined }, headers: locationOf(task) };
    },
  });
}

function read({ db, targets }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'readTask',
    method: 'get',
    path: '/tasks/{id}',
    role: 'viewer',
    summary: 'Read a task',
    replies: { 200: { description: 'The task.', schema: taskSchema } },
    async handle({ params, principal }) {
      return { status: 200, body: viewTask(await findPermittedTask(db.prisma, principal, params.id), targets) };
    },
  });
}

function changes({ db: { prisma: tx }, targets }: HttpDeps): Route {
  const after = z.tuple([z.int().min(-1).max(32_767), z.string().regex(/^\d{1,18}$/)]);
  return defineRoute({
    ...shared,
    id: 'listChanges',
    method: 'get',
    path: '/tasks/{id}/changes',
    role: 'viewer',
    summary: "List a task's changes, in the order of applying",
    query: z.strictObject({
      kind: text({ min: 0, max: 255 }).optional(),
      action: z.enum(SHOWN_ACTIONS).optional(),
      outcome: z.enum(CHANGE_OUTCOMES).optional(),
      code: text({ min: 0, max: 255 }).optional().describe('Code of the change, or of one of its field problems.'),
      search: text({ max: 255 })
        .optional()
        .describe(
          'Text to find in ids, names and changed fields; for a key limited to a source, only in the values of this source.',
        ),
      limit: limitQuery,
      cursor: cursorQuery(after),
    }),
    replies: { 200: { description: 'A page of changes.', schema: changePage } },
    async handle({ params, query: { limit, cursor, ...filter }, principal }) {
      const { id: taskId } = await findPermittedTask(tx, principal, params.id);
      const filtered = { ...filter, taskId, after: cursor, limit: limit + 1 };
      const rows = await readChanges({ tx, targets, principal }, filtered);
      const page = toPage(rows, limit, { item: viewChange, cursor: (row: SeenChange) => [row.rank, row.id] });
      const names = await findNames(tx, { taskId, sourceId: principal.sourceId }, idsIn(page.items));
      return { status: 200, body: { ...page, names } };
    },
  });
}

function viewChange({ rank: _rank, id: _id, ...shown }: SeenChange) {
  return shown;
}

const valuesOf = (fields: unknown) => Object.values((fields ?? {}) as Record<string, unknown>);

/** Everything that may be the id of a user or department: the rows themselves, and those that their fields name. */
function idsIn(changes: readonly ReturnType<typeof viewChange>[]): string[] {
  const values = changes.flatMap(({ targetId, before, after }): unknown[] => [
    targetId,
    ...valuesOf(before),
    ...valuesOf(after),
  ]);
  return [...new Set(values.filter((value): value is string => isUuid(value)))];
}

function retry(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'retryTask',
    method: 'post',
    path: '/tasks/{id}/retry',
    role: 'operator',
    summary: 'Continue a task where it stopped, or start again with `?from=start`',
    query: z.strictObject({ from: z.literal('start').optional() }),
    replies: {
      202: { description: 'The task.', schema: joinedTaskSchema },
      403: FORBIDDEN,
      409: { description: '`task_not_retryable`, `source_disabled`, `source_being_deleted`, `source_deleted`.' },
    },
    async handle({ params, query, principal, requester }) {
      const { id: taskId } = await findDecidableTask(deps.db.prisma, principal, params.id);
      const { task, joined } = await retryTask(deps, { taskId, fromStart: query.from === 'start', ...requester });
      return { status: 202, body: { ...viewTask(task, deps.targets), joined }, headers: locationOf(task) };
    },
  });
}

function cancel(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'cancelTask',
    method: 'post',
    path: '/tasks/{id}/cancel',
    role: 'operator',
    summary: 'Cancel a task; applied changes stay',
    replies: {
      200: { description: 'The cancelled task.', schema: taskSchema },
      202: { description: 'The task; its worker stops within 10 s.', schema: taskSchema },
      403: FORBIDDEN,
      409: { description: '`task_not_cancellable`.' },
    },
    async handle({ params, principal, requester }) {
      const { id: taskId } = await findDecidableTask(deps.db.prisma, principal, params.id);
      const { task } = await cancelTask(deps, { taskId, ...requester });
      return { status: task.status === 'cancelled' ? 200 : 202, body: viewTask(task, deps.targets) };
    },
  });
}

function approve(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'approveTask',
    method: 'post',
    path: '/tasks/{id}/approve',
    role: 'admin',
    summary: 'Approve the plan of a held task',
    body: { schema: z.strictObject({ planHash: text({ max: 255 }), reason }) },
    replies: {
      202: { description: 'The task, which is queued again.', schema: taskSchema },
      403: FORBIDDEN,
      409: {
        description:
          '`task_not_held`, `plan_changed`, `plan_expired`, `newer_task_queued`, `source_disabled`, `source_being_deleted`.',
      },
    },
    async handle({ params, body, principal, requester }) {
      const { id: taskId } = await findDecidableTask(deps.db.prisma, principal, params.id);
      const { task } = await approveTask(deps, { taskId, ...body, ...requester });
      return { status: 202, body: viewTask(task, deps.targets) };
    },
  });
}

function undo(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'undoTask',
    method: 'post',
    path: '/tasks/{id}/undo',
    role: 'admin',
    summary:
      'Undo the changes of an ended task, except rows that were changed later; undoing a task of mode `remove` restores the source, disabled',
    body: { required: false, schema: z.strictObject({ dryRun: z.boolean().optional(), reason: reason.optional() }) },
    replies: {
      202: { description: 'The task of mode `undo`; it is planned and guarded.', schema: joinedTaskSchema },
      403: FORBIDDEN,
      409: {
        description:
          '`task_not_ended`, `nothing_to_undo`, `undo_queued`, `source_deleted`; `source_exists`: another source has the name of the deleted source.',
      },
    },
    async handle({ params, body, principal, requester }) {
      const { id: taskId } = await findDecidableTask(deps.db.prisma, principal, params.id);
      const { task, joined } = await undoTask(deps, { taskId, ...body, ...requester });
      return { status: 202, body: { ...viewTask(task, deps.targets), joined }, headers: locationOf(task) };
    },
  });
}

function reject(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'rejectTask',
    method: 'post',
    path: '/tasks/{id}/reject',
    role: 'admin',
    summary: 'Reject the plan of a held task; nothing is applied',
    body: { schema: z.strictObject({ reason }) },
    replies: {
      200: { description: 'The cancelled task.', schema: taskSchema },
      403: FORBIDDEN,
      409: { description: '`task_not_held`.' },
    },
    async handle({ params, body, principal, requester }) {
      const { id: taskId } = await findDecidableTask(deps.db.prisma, principal, params.id);
      const { task } = await rejectTask(deps, { taskId, ...body, ...requester });
      return { status: 200, body: viewTask(task, deps.targets) };
    },
  });
}
