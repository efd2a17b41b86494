import { lookalikeOf, type MatchField, type UniqueField } from '../domain/match-key.js';
import { Prisma, type Tx } from '../platform/db.js';
import type { MatchCandidate, PlanScope } from './target.js';
import { IN_FORCE } from './unique-conflicts.store.js';

/** Users whose compared value is one of these, and users in force whose value only looks like one of them (R5, R10). */
export async function findByMatchKey(
  tx: Tx,
  key: string,
  values: readonly string[],
): Promise<readonly MatchCandidate[]> {
  if (key === 'phone') return findByPhone(tx, values);
  const { compared, look } = COLUMNS[key as UniqueField];
  const looks = values.map((value) => lookalikeOf(value) ?? value);
  // One branch for each partial index: users in force, users out of force, looks.
  return tx.$queryRaw<MatchCandidate[]>`
    WITH wanted AS (SELECT * FROM unnest(${values}::text[], ${looks}::text[]) AS w (key, look))
    SELECT u.id, u.protected, w.key, false AS lookalike, true AS holds
    FROM wanted w JOIN users u ON u.${compared} = w.key AND ${IN_FORCE}
    UNION
    SELECT u.id, u.protected, w.key, false, false
    FROM wanted w JOIN users u ON u.${compared} = w.key AND NOT ${IN_FORCE}
    UNION
    SELECT u.id, u.protected, w.key, true, true
    FROM wanted w JOIN users u ON w.look <> w.key AND u.${compared} = w.look AND ${IN_FORCE}
    UNION
    SELECT u.id, u.protected, w.key, true, true
    FROM wanted w JOIN users u ON u.${look} = w.look AND u.${compared} <> w.key AND ${IN_FORCE}`;
}

/** Several users may have the same phone number. */
async function findByPhone(tx: Tx, values: readonly string[]): Promise<readonly MatchCandidate[]> {
  return tx.$queryRaw<MatchCandidate[]>`
    SELECT u.id, u.protected, u.phone_key AS key, false AS lookalike, ${IN_FORCE} AS holds
    FROM users u WHERE u.phone_key = ANY(${values}::text[])`;
}

/** Column names cannot be parameters; these are constants. */
const COLUMNS: Readonly<Record<UniqueField, { readonly compared: Prisma.Sql; readonly look: Prisma.Sql }>> = {
  username: { compared: Prisma.sql`username_key`, look: Prisma.sql`username_look` },
  email: { compared: Prisma.sql`email_key`, look: Prisma.sql`email_look` },
} satisfies Record<Exclude<MatchField, 'phone'>, unknown>;

/**
 * Records of a source that wait for a value (R12) which no other user in force has, or whose holder is on the task's
 * work list; recursive, because a holder may itself wait for a value of a user on the list.
 */
export function waitingAgain({ taskId, sourceId }: PlanScope): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE waiting AS (
      SELECT p.kind, p.external_id, h.user_id AS holder
      FROM pending_references p
      JOIN known_records k ON k.source_id = p.source_id AND k.kind = p.kind AND k.external_id = p.external_id
        AND k.removed_at IS NULL
      LEFT JOIN LATERAL (
        SELECT v.user_id FROM held_values v
        WHERE v.wanted_kind = p.wanted_kind AND v.face = p.wanted_external_id AND v.user_id <> k.target_id
        LIMIT 1) h ON true
      WHERE p.source_id = ${sourceId}::uuid AND p.wanted_kind LIKE 'users.%'
    ), again AS (
      SELECT w.kind, w.external_id FROM waiting w
      WHERE w.holder IS NULL OR EXISTS (
        SELECT 1 FROM known_records k
        JOIN staged_records s ON s.task_id = ${taskId}::uuid AND s.kind = k.kind AND s.external_id = k.external_id
          AND s.state IN ('present', 'tombstone')
        WHERE k.target_id = w.holder AND k.source_id = ${sourceId}::uuid AND k.kind = w.kind AND k.removed_at IS NULL)
      UNION
      SELECT w.kind, w.external_id
      FROM again a
      JOIN known_records k ON k.source_id = ${sourceId}::uuid AND k.kind = a.kind AND k.external_id = a.external_id
      JOIN waiting w ON w.holder = k.target_id
    )
    SELECT kind, external_id FROM again`;
}

/**
 * Sets the managers who were created after their reports. Touches only rows that differ, so it is idempotent; lines
 * that an earlier attempt applied have an outcome and are skipped.
 */
export async function attachManagers(tx: Tx, { taskId }: PlanScope): Promise<void> {
  await tx.$executeRaw`
    UPDATE users u SET manager_id = m.id
    FROM changes c
    JOIN users m ON m.id = (c.after->>'managerId')::uuid
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.outcome IS NULL
      AND c.action <> 'skip' AND c.after ? 'managerId' AND u.id = c.target_id
      AND u.manager_id IS DISTINCT FROM m.id`;
}
