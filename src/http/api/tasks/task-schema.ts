import { z } from 'zod';
import { CHANGE_OUTCOMES, SHOWN_ACTIONS } from '../../../domain/change.js';
import { TASK_MODES, TASK_STATUSES, TASK_TRIGGERS } from '../../../domain/task.js';

const count = z.int().min(0);

const kindCounts = z
  .object({
    seen: count,
    created: count,
    linked: count,
    updated: count,
    restored: count,
    unchanged: count,
    removed: count,
    skipped: count,
    failed: count,
    fieldProblems: count.describe('Fields of its records that were left out.'),
    waiting: count.describe(
      'References that wait for a missing record (R20, R23): all of the source after a full read, otherwise those of the task.',
    ),
  })
  .meta({ id: 'KindCounts' });

const time = z.iso.datetime().nullable();

/** A task as it is shown. */
export const taskSchema = z
  .object({
    id: z.uuid(),
    batch: z.string().describe('For display: YYYYMMDDHHmmss (UTC) and six digits.'),
    source: z.string(),
    trigger: z.enum(TASK_TRIGGERS),
    mode: z.enum(TASK_MODES),
    dryRun: z.boolean(),
    undoes: z.uuid().nullable().describe('The task that it undoes, if its mode is `undo`.'),
    status: z.enum(TASK_STATUSES),
    phase: z.enum(['pull', 'plan', 'apply']).nullable(),
    attempt: count,
    progress: z.object({ phase: z.string().nullable(), done: count, total: count.nullable() }),
    counts: z.record(z.string(), kindCounts).describe('By kind: user, department, membership, and those of plugins.'),
    complete: z.record(z.string(), z.boolean()).describe('Whether each kind was read completely.'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    held: z
      .object({
        reasons: z.array(
          z.object({ code: z.string(), kind: z.string(), count: z.number(), limit: z.number(), linked: z.number() }),
        ),
        planHash: z.string(),
        expiresAt: z.iso.datetime(),
      })
      .nullable(),
    scheduledFor: time,
    notBefore: time.describe('A queued task is retried at this time.'),
    cancelRequestedAt: time,
    queuedAt: z.iso.datetime(),
    startedAt: time,
    finishedAt: time,
    costMs: count.nullable(),
    requestedBy: z.string().nullable(),
    job: z
      .object({ queue: z.string(), id: z.string() })
      .nullable()
      .describe('Id of its last job in Bull Board; null before the first.'),
  })
  .meta({ id: 'Task' });

/** A task, and whether the request joined one that was queued before. */
export const joinedTaskSchema = taskSchema.extend({ joined: z.boolean() }).meta({ id: 'JoinedTask' });

const fields = z.record(z.string(), z.unknown()).nullable();

/** A field of a record that is left out. */
const fieldProblemSchema = z
  .object({ field: z.string(), code: z.string(), message: z.string() })
  .meta({ id: 'FieldProblem' });

/** One line of a task's plan. */
export const changeSchema = z
  .object({
    kind: z.string(),
    externalId: z.string().nullable(),
    targetId: z.uuid().nullable(),
    action: z.enum(SHOWN_ACTIONS).describe('`keep`: nothing to write; shown if fields of the record are left out.'),
    before: fields,
    after: fields,
    outcome: z.enum(CHANGE_OUTCOMES),
    code: z.string().nullable(),
    message: z.string().nullable(),
    problems: z
      .array(fieldProblemSchema)
      .describe('Fields of the record that are left out; their stored values stay. Empty = none.'),
    partlyHidden: z
      .boolean()
      .describe(
        'For a key limited to a source: ids, or values of `before` and `after`, are left out because other sources supplied them.',
      ),
  })
  .meta({ id: 'Change' });

/** What people call the users and departments that a page of changes names, by id. */
export const changeNamesSchema = z.record(z.string(), z.string()).describe('Names of users and departments by id.');

/** The id in a path. */
export const taskParams = z.object({ id: z.uuid() });

/** A change as the API shows it. */
export type ChangeView = z.output<typeof changeSchema>;
/** A task as the API shows it. */
export type TaskView = z.output<typeof taskSchema>;
