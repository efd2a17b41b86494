import { z } from 'zod';
import { CHANGE_OUTCOMES, SHOWN_ACTIONS } from '../../../domain/change.js';
import { RequestError } from '../../../domain/errors.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { text } from '../../core/text-schema.js';
import { findTaskRecord, summariseChanges, summariseProblems } from './change-summary.store.js';
import { findPermittedTask } from '../find-permitted.js';
import { taskParams } from './task-schema.js';

/** What stands behind a task's changes: how many of which sort, and the records themselves. */
export function changeDetailRoutes(deps: HttpDeps): readonly Route[] {
  return [summary(deps), record(deps)];
}

const shared = { method: 'get', role: 'viewer', narrowed: 'allowed', tag: 'Tasks', params: taskParams } as const;
const missing = 'task_not_found';

const groupSchema = z
  .object({
    kind: z.string(),
    action: z.enum(SHOWN_ACTIONS),
    outcome: z.enum(CHANGE_OUTCOMES),
    code: z.string().nullable(),
    count: z.int(),
    fieldProblems: z.int().describe('Fields of their records that are left out.'),
  })
  .meta({ id: 'ChangeGroup' });

const problemGroupSchema = z
  .object({ kind: z.string(), field: z.string(), code: z.string(), count: z.int() })
  .meta({ id: 'FieldProblemGroup' });

const summarySchema = z.object({
  items: z.array(groupSchema),
  problems: z.array(problemGroupSchema).describe('Fields that are left out; at most 100 groups.'),
});

const recordSchema = z
  .object({
    read: z
      .unknown()
      .describe(
        'As this task read it; null if it was not read, did not change, or its data was deleted after its retention.',
      ),
    known: z.unknown().describe('As it was last applied.'),
    knownAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'TaskRecord' });

function summary({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    missing,
    id: 'summariseChanges',
    path: '/tasks/{id}/changes/summary',
    summary: "Count a task's changes by kind, action, outcome and code",
    replies: { 200: { description: 'Largest group first.', schema: summarySchema } },
    async handle({ params, principal }) {
      const task = await findPermittedTask(db.prisma, principal, params.id);
      const items = await summariseChanges(db.prisma, task.id);
      return { status: 200, body: { items, problems: await summariseProblems(db.prisma, task.id) } };
    },
  });
}

function record({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    missing,
    id: 'readTaskRecord',
    path: '/tasks/{id}/record',
    summary: "Read a record of the task's source: as this task read it, and as it was last applied",
    query: z.strictObject({ kind: text({ max: 255 }), externalId: text({ max: 255 }) }),
    replies: {
      200: { description: 'The record.', schema: recordSchema },
      404: { description: '`record_not_found`, `task_not_found`.' },
    },
    async handle({ params, query, principal }) {
      const { id: taskId, mode, sourceId } = await findPermittedTask(db.prisma, principal, params.id);
      const found = await findTaskRecord(db.prisma, { taskId, mode, sourceId, ...query });
      if (!found) throw new RequestError(404, 'record_not_found', 'The source no longer has this record.');
      return { status: 200, body: { ...found, knownAt: found.knownAt?.toISOString() ?? null } };
    },
  });
}
