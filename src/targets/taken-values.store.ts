import type { Tx } from '../platform/db.js';
import type { PlanScope } from './target.js';

/**
 * Unique values of users in a plan (R12): a value that stays with somebody else is skipped as `value_taken`, values
 * that move between users of the task are put into its first rank, which is applied in one transaction.
 */
export async function skipTakenValues(tx: Tx, scope: PlanScope): Promise<void> {
  // A skipped change keeps its old values, which may be another one's new ones: look until nothing is taken.
  while ((await skipTaken(tx, scope)) > 0);
  await applyMovesFirst(tx, scope);
}

/** Claims of this task that lose: against a holder who keeps the value, or against an earlier claim of the task. */
async function skipTaken(tx: Tx, { taskId }: PlanScope): Promise<number> {
  return tx.$executeRaw`
    WITH claims AS (
      SELECT c.rank, c.id, c.target_id, f.field, f.value
      FROM changes c, LATERAL (VALUES
        ('username', c.keys->>'username'), ('email', c.keys->>'email'), ('phone', c.keys->>'phone')) AS f (field, value)
      WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.action NOT IN ('skip', 'keep')
        AND c.outcome IS NULL AND c.keys IS NOT NULL AND f.value IS NOT NULL
    ), holders AS (
      SELECT u.id, 'username' AS field, u.username_key AS value FROM users u
        WHERE u.username_key IN (SELECT value FROM claims WHERE field = 'username')
      UNION ALL
      SELECT u.id, 'email', u.email_key FROM users u WHERE u.email_key IN (SELECT value FROM claims WHERE field = 'email')
      UNION ALL
      SELECT u.id, 'phone', u.phone_key FROM users u WHERE u.phone_key IN (SELECT value FROM claims WHERE field = 'phone')
    ), keepers AS (
      SELECT h.* FROM holders h
      WHERE NOT EXISTS (
        SELECT 1 FROM changes c
        WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.target_id = h.id AND c.outcome IS NULL
          AND c.action NOT IN ('skip', 'keep')
          AND (c.code = 'delete' OR (c.keys ? h.field AND (c.keys->>h.field) IS DISTINCT FROM h.value)))
    ), losers AS (
      SELECT c.rank, c.id, c.field, k.id AS holder FROM claims c
        JOIN keepers k ON k.field = c.field AND k.value = c.value AND k.id <> c.target_id
      UNION ALL
      SELECT later.rank, later.id, later.field, later.holder FROM (
        SELECT rank, id, field, target_id,
               first_value(target_id) OVER (PARTITION BY field, value ORDER BY rank, id) AS holder
        FROM claims) later
      WHERE later.holder <> later.target_id
    )
    UPDATE changes c SET action = 'skip', before = NULL, after = NULL, keys = NULL, pending = NULL,
      code = 'value_taken',
      message = 'The ' || l.field || ' belongs to user ' || l.holder || '. Change it at the source, or that user.'
    FROM (SELECT DISTINCT ON (rank, id) * FROM losers ORDER BY rank, id) l
    WHERE c.task_id = ${taskId}::uuid AND c.rank = l.rank AND c.id = l.id`;
}

/** Claims of a value that somebody holds now, and the changes of those holders, go into the rank before their own. */
async function applyMovesFirst(tx: Tx, { taskId }: PlanScope): Promise<void> {
  await tx.$executeRaw`
    WITH claims AS (
      SELECT c.target_id, f.field, f.value
      FROM changes c, LATERAL (VALUES
        ('username', c.keys->>'username'), ('email', c.keys->>'email'), ('phone', c.keys->>'phone')) AS f (field, value)
      WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.action NOT IN ('skip', 'keep')
        AND c.outcome IS NULL AND c.keys IS NOT NULL AND f.value IS NOT NULL
    ), moves AS (
      SELECT c.target_id AS claimer, u.id AS holder FROM claims c JOIN users u ON u.username_key = c.value
        WHERE c.field = 'username' AND u.id <> c.target_id
      UNION ALL
      SELECT c.target_id, u.id FROM claims c JOIN users u ON u.email_key = c.value
        WHERE c.field = 'email' AND u.id <> c.target_id
      UNION ALL
      SELECT c.target_id, u.id FROM claims c JOIN users u ON u.phone_key = c.value
        WHERE c.field = 'phone' AND u.id <> c.target_id
    )
    UPDATE changes c SET rank = c.rank - 1
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.outcome IS NULL AND c.rank % 2 = 1
      AND c.target_id IN (SELECT claimer FROM moves UNION SELECT holder FROM moves)`;
}
