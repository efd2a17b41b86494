import { z } from 'zod';
import { type HeldPlan, TASK_MODES, TASK_STATUSES, TASK_TRIGGERS } from '../../../domain/task.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { text } from '../../core/text-schema.js';

/** Why a push waits for a person, until when, and where that person decides. */
export const heldPushSchema = z
  .object({
    reasons: z.array(
      z.object({ code: z.string(), kind: z.string(), count: z.number(), limit: z.number(), linked: z.number() }),
    ),
    planHash: z.string(),
    expiresAt: z.iso.datetime(),
    changesUrl: z.string().describe('API path of the changes of the plan.'),
    approveUrl: z.string().describe('API path for an admin to approve the plan.'),
    rejectUrl: z.string().describe('API path for an admin to reject the plan.'),
    consoleUrl: z.string().describe('Page of the task in the console; only a path if `PUBLIC_URL` is not set.'),
  })
  .meta({ id: 'HeldPush' });

/** A held push as callers see it. */
export function viewHeldPush(
  { settings }: Pick<HttpDeps, 'settings'>,
  { taskId, held }: { readonly taskId: string; readonly held: HeldPlan },
): z.output<typeof heldPushSchema> {
  const { reasons, planHash, expiresAt } = held;
  const api = `/api/v1/tasks/${taskId}`;
  return {
    reasons: reasons.map((reason) => ({ ...reason })),
    planHash,
    expiresAt,
    changesUrl: `${api}/changes`,
    approveUrl: `${api}/approve`,
    rejectUrl: `${api}/reject`,
    consoleUrl: `${settings.publicUrl?.replace(/\/$/, '') ?? ''}/tasks/${taskId}`,
  };
}

/** Records that a caller hands over. What a record may hold is the engine's to judge, record by record (R7). */
export const pushBodySchema = z
  .strictObject({
    kind: text({ max: 255 }).describe('user, department, or a kind of a plugin.'),
    matchKey: text({ max: 255 })
      .nullable()
      .optional()
      .describe('Field by which new records are linked to existing users.'),
    records: z.array(z.unknown()).min(1).describe('Objects, at most 10,000.'),
  })
  .meta({ id: 'PushRequest' });

/** What a push request carries. */
export type PushBody = z.output<typeof pushBodySchema>;

const place = z.int().optional().describe('Position of the record in the push, from 0.');

const resource = z.object({
  kind: z.string(),
  all: z.int().describe('Different ids, and each record without a usable id: `success` + `failed`.'),
  success: z.int(),
  failed: z.int(),
  failedRecords: z.array(z.object({ place, record: z.unknown(), code: z.string(), message: z.string() })),
  problems: z
    .array(
      z.object({
        place,
        record: z.unknown(),
        problems: z.array(z.object({ place, field: z.string(), code: z.string(), message: z.string() })),
      }),
    )
    .optional()
    .describe('Records that are used without some of their fields.'),
});

/** What became of a push. */
export const pushResultSchema = z
  .object({
    status: z.enum(['succeeded', 'partial', 'failed', 'cancelled']),
    taskId: z.string(),
    resources: z.array(resource).optional().describe('One entry per kind that was written.'),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'PushResult' });

/** What became of a push. */
export type PushOutcome = z.output<typeof pushResultSchema>;

/** The promise: stored, and this task will drain it. The same again for a repeated Idempotency-Key. */
export const acceptedPushSchema = z
  .object({
    pushId: z.uuid(),
    task: z.object({
      id: z.uuid(),
      batch: z.string(),
      source: z.string(),
      trigger: z.enum(TASK_TRIGGERS),
      mode: z.enum(TASK_MODES),
      dryRun: z.boolean(),
      status: z
        .enum(['queued', 'held'])
        .describe(
          'Status when the push was accepted: `queued`, or `held` if the caller waited. `/tasks/{id}` has the current one.',
        ),
    }),
    held: heldPushSchema.optional().describe('The push waits for the approval of an admin, not for a worker.'),
  })
  .meta({ id: 'AcceptedPush' });

/** A push as it is shown. */
export const pushSchema = z
  .object({
    id: z.uuid(),
    source: z.string(),
    kind: z.string(),
    recordCount: z.int(),
    status: z.enum(TASK_STATUSES).describe('Status of the result if the push is finished, otherwise of its task.'),
    taskId: z.uuid().nullable(),
    receivedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    result: pushResultSchema.nullable(),
    held: heldPushSchema
      .nullable()
      .describe('Why the push waits for the approval of an admin; null if it does not wait.'),
  })
  .meta({ id: 'Push' });

/** A push as the API shows it. */
export type PushView = z.output<typeof pushSchema>;
