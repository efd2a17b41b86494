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
    changesUrl: z.string().describe('The API path of the plan.'),
    approveUrl: z.string().describe('The API path at which an admin approves it.'),
    rejectUrl: z.string().describe('The API path at which an admin rejects it.'),
    consoleUrl: z.string().describe('The page of the task in the console; a path where `PUBLIC_URL` is not set.'),
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
