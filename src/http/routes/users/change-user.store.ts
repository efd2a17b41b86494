import type { Tx } from '../../../platform/db.js';

/** What an admin decides about a user by hand. */
export interface UserDecision {
  readonly locked?: boolean | undefined;
  readonly protected?: boolean | undefined;
}

/**
 * Writes an admin's decisions. Locking deactivates (R15). Unlocking lets sources decide again: a user whom one still
 * links becomes active at once, unless the source with the last word says otherwise.
 * @returns the names of what differs now; empty when nothing did, null when there is no such user.
 */
export async function changeUser(tx: Tx, id: string, decision: UserDecision): Promise<readonly string[] | null> {
  // Keeps a sync from writing between the look and the change; its plan then sees a newer version.
  const rows = await tx.$queryRaw<{ locked: boolean; protected: boolean }[]>`
    SELECT locked_at IS NOT NULL AS locked, protected FROM users WHERE id = ${id}::uuid FOR UPDATE`;
  const before = rows[0];
  if (!before) return null;
  const changed: string[] = [];
  if (decision.locked !== undefined && decision.locked !== before.locked) {
    await (decision.locked ? lock(tx, id) : unlock(tx, id));
    changed.push('locked');
  }
  if (decision.protected !== undefined && decision.protected !== before.protected) {
    await protect(tx, id, decision.protected);
    changed.push('protected');
  }
  return changed;
}

async function lock(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE users SET active = false, deactivated_at = coalesce(deactivated_at, now()), locked_at = now(),
                     version = version + 1, updated_at = now()
    WHERE id = ${id}::uuid`;
}

async function unlock(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`
    WITH said AS (
      SELECT k.data->'active' IS DISTINCT FROM 'false'::jsonb AS active
      FROM known_records k JOIN sources s ON s.id = k.source_id
      WHERE k.target_id = ${id}::uuid AND k.kind = 'user' AND k.removed_at IS NULL
      ORDER BY jsonb_typeof(k.data->'active') = 'boolean' DESC NULLS LAST, s.priority DESC, s.name
      LIMIT 1
    )
    UPDATE users u SET
      locked_at = NULL,
      active = coalesce((SELECT active FROM said), u.active),
      deactivated_at = CASE WHEN coalesce((SELECT active FROM said), u.active) THEN NULL ELSE u.deactivated_at END,
      version = u.version + 1,
      updated_at = now()
    WHERE u.id = ${id}::uuid`;
}

async function protect(tx: Tx, id: string, isProtected: boolean): Promise<void> {
  await tx.$executeRaw`
    UPDATE users SET protected = ${isProtected}, version = version + 1, updated_at = now() WHERE id = ${id}::uuid`;
}
