import { z } from 'zod';
import type { HeldPlan } from '../../../domain/task.js';
import type { HttpDeps } from '../../core/http-deps.js';

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
