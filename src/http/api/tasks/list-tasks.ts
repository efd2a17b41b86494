import { z } from 'zod';
import { TASK_STATUSES, TASK_TRIGGERS } from '../../../domain/task.js';
import { listTasks, type TaskFilter } from '../../../tasks/life/find-task.store.js';
import type { Task } from '../../../tasks/life/task.js';
import { permitSource } from '../../../access/permit.js';
import type { Principal } from '../../../access/accounts/principal.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { idCursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { findPermittedSource } from '../find-permitted.js';
import { findSourceName } from '../sources/source.store.js';
import { sourceParams } from '../sources/source-schema.js';
import { taskSchema } from './task-schema.js';
import { viewTask } from './task-view.js';

const filters = {
  status: z.enum(TASK_STATUSES).optional(),
  trigger: z.enum(TASK_TRIGGERS).optional(),
  limit: limitQuery,
  cursor: idCursorQuery,
};
const replies = { 200: { description: 'A page of tasks, newest first.', schema: pageOf(taskSchema) } };

type Query = Pick<TaskFilter, 'limit'> & {
  readonly status?: TaskFilter['status'] | undefined;
  readonly trigger?: TaskFilter['trigger'] | undefined;
  readonly cursor: string | null;
};

/** Lists of tasks: of one source, and of all. */
export function taskListRoutes(deps: HttpDeps): readonly Route[] {
  return [ofSource(deps), ofAll(deps)];
}

function ofSource(deps: HttpDeps): Route {
  return defineRoute({
    id: 'listTasksOfSource',
    method: 'get',
    path: '/sources/{name}/tasks',
    role: 'viewer',
    narrowed: 'allowed',
    tag: 'Tasks',
    summary: "List a source's tasks",
    params: sourceParams,
    missing: 'source_not_found',
    query: z.strictObject(filters),
    replies,
    async handle({ params, query, principal }) {
      const source = await findPermittedSource(deps.db.prisma, principal, params.name);
      return { status: 200, body: await list(deps, query, source.name) };
    },
  });
}

function ofAll(deps: HttpDeps): Route {
  return defineRoute({
    id: 'listTasks',
    method: 'get',
    path: '/tasks',
    role: 'viewer',
    narrowed: 'allowed',
    tag: 'Tasks',
    summary: 'List tasks',
    query: z.strictObject({ source: z.string().max(63).optional(), ...filters }),
    replies,
    async handle({ query, principal }) {
      return { status: 200, body: await list(deps, query, await onlySource(deps, principal, query.source)) };
    },
  });
}

/** A narrowed key sees its own source's tasks without saying so, and no other's. */
async function onlySource(
  { db }: HttpDeps,
  principal: Principal,
  wanted: string | undefined,
): Promise<string | undefined> {
  if (principal.sourceId === null) return wanted;
  const own = await findSourceName(db.prisma, principal.sourceId);
  if (wanted !== undefined && wanted !== own) permitSource(principal, null);
  return own ?? '';
}

async function list({ db, targets }: HttpDeps, query: Query, source: string | undefined) {
  const { limit, cursor: before, status, trigger } = query;
  const filter = {
    ...(source === undefined ? {} : { source }),
    ...(status ? { status } : {}),
    ...(trigger ? { trigger } : {}),
  };
  const rows = await listTasks(db.prisma, { ...filter, before, limit: limit + 1 });
  return toPage(rows, limit, { item: (task: Task) => viewTask(task, targets), cursor: (task) => [task.id] });
}
