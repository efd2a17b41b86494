import { MANUAL_SOURCE } from '../domain/manual-source.js';
import { Prisma, type Tx } from '../platform/db.js';

/** The decisions of an admin about a user. */
export interface UserDecision {
  readonly locked?: boolean | undefined;
  readonly protected?: boolean | undefined;
}

/**
 * Writes an admin's decisions. Locking deactivates the user (R15). After unlocking, the sources decide again: a user
 * with a link becomes active at once, unless the source with the highest priority supplies otherwise. A user who comes
 * into force gets back the username and e-mail unless another user has them now (R12).
 * @returns the names of the changed fields; empty when nothing changed, null when there is no such user.
 */
export async function changeUser(tx: Tx, id: string, decision: UserDecision): Promise<readonly string[] | null> {
  // Locks the user until the change; the plan of a sync then finds a newer version.
  const rows = await tx.$queryRaw<{ locked: boolean; protected: boolean; active: boolean }[]>`
    SELECT locked_at IS NOT NULL AS locked, protected, active FROM users WHERE id = ${id}::uuid FOR UPDATE`;
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
  // Unique values are checked at the commit.
  if (changed.length > 0 && !before.active && !before.protected) changed.push(...(await giveUpTaken(tx, id)));
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
        AND k.source_id <> ${MANUAL_SOURCE.id}::uuid
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

/**
 * Clears the values of a user who came into force that other users have now; the user's records wait for them. Touches
 * the user and its waiting records. @returns the cleared fields.
 */
async function giveUpTaken(tx: Tx, id: string): Promise<readonly string[]> {
  const fields: string[] = [];
  for (const [field, columns] of Object.entries(VALUE_COLUMNS)) {
    const taken = await tx.$executeRaw`
      WITH taken AS (
        SELECT coalesce(u.${columns.look}, u.${columns.key}) AS face FROM users u
        WHERE u.id = ${id}::uuid AND (u.active OR u.protected) AND EXISTS (
          SELECT 1 FROM held_values v
          WHERE v.wanted_kind = ${`users.${field}`} AND v.face = coalesce(u.${columns.look}, u.${columns.key})
            AND v.user_id <> u.id)
      ), waiting AS (
        INSERT INTO pending_references (source_id, kind, external_id, field, wanted_kind, wanted_external_id)
        SELECT k.source_id, k.kind, k.external_id, ${field}, ${`users.${field}`}, taken.face
        FROM taken, known_records k
        WHERE k.target_id = ${id}::uuid AND k.kind = 'user' AND k.removed_at IS NULL
        ON CONFLICT DO NOTHING
      )
      UPDATE users u SET ${columns.value} = NULL, ${columns.key} = NULL, ${columns.look} = NULL,
        version = u.version + 1, updated_at = now()
      FROM taken WHERE u.id = ${id}::uuid`;
    if (taken > 0) fields.push(field);
  }
  return fields;
}

/** Column names cannot be parameters; these are constants. */
const VALUE_COLUMNS = {
  username: {
    value: Prisma.sql`username`,
    key: Prisma.sql`username_key`,
    look: Prisma.sql`username_look`,
  },
  email: { value: Prisma.sql`email`, key: Prisma.sql`email_key`, look: Prisma.sql`email_look` },
};
