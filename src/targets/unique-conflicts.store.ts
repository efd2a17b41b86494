import { resolveCompetingValues, type LostValue, type Stake } from '../domain/competing-values.js';
import { Prisma, type Tx } from '../platform/db.js';
import type { PlanScope } from './target.js';

/** Users whose values count (R12): those in force, and protected ones in any state (R11). */
export const IN_FORCE = Prisma.sql`(u.active OR u.protected)`;

/**
 * Resolves conflicts of unique values in a plan (R12): a value that another user has is left out of its line, which is
 * applied without it; lines that exchange values are moved to the target's first rank, which is one transaction.
 */
export async function resolveUniqueConflicts(tx: Tx, scope: PlanScope): Promise<void> {
  const stakes = await findStakes(tx, scope, null);
  if (stakes.length === 0) return;
  const { lost, moving } = resolveCompetingValues(stakes);
  if (lost.length > 0) await leaveOut(tx, scope, lost);
  if (moving.size > 0)
    await applyMovesFirst(
      tx,
      scope,
      stakes.filter((stake) => moving.has(stake.targetId)),
    );
}

/** Leaves out of lines that are being applied the values that other users have by now (R12). */
export async function excludeTakenValues(tx: Tx, scope: PlanScope, ids: readonly string[]): Promise<void> {
  const { lost } = resolveCompetingValues(await findStakes(tx, scope, ids));
  if (lost.length > 0) await leaveOut(tx, scope, lost);
}

/**
 * Users who have or claim a value that more than one of them has or claims. Reads only.
 * @param only lines of these users count; null = all lines.
 */
async function findStakes(tx: Tx, { taskId }: PlanScope, only: readonly string[] | null): Promise<readonly Stake[]> {
  return tx.$queryRaw<Stake[]>`
    WITH lines AS MATERIALIZED (
      SELECT c.target_id, c.external_id, f.field,
             CASE WHEN own.holds THEN f.row_key END AS has_key,
             CASE WHEN own.holds THEN coalesce(f.row_look, f.row_key) END AS has,
             CASE WHEN own.will THEN CASE WHEN f.sets THEN f.key ELSE f.row_key END END AS gets_key,
             CASE WHEN own.will THEN CASE WHEN f.sets THEN coalesce(f.look, f.key)
                                          ELSE coalesce(f.row_look, f.row_key) END END AS gets,
             NOT own.holds AND f.row_key IS NOT NULL
               AND (NOT f.sets OR f.key IS NOT DISTINCT FROM f.row_key) AS returns
      FROM changes c
      LEFT JOIN users u ON u.id = c.target_id
      CROSS JOIN LATERAL (SELECT
        coalesce(u.active OR u.protected, false) AS holds,
        c.code IS DISTINCT FROM 'delete'
          AND (coalesce((c.after->>'active')::boolean, u.active, true)
               OR coalesce((c.after->>'protected')::boolean, u.protected, false)) AS will) own
      CROSS JOIN LATERAL (VALUES
        ('username', u.username_key, u.username_look, coalesce(c.keys ? 'username', false), c.keys->>'username',
         c.keys->>'username_look'),
        ('email', u.email_key, u.email_look, coalesce(c.keys ? 'email', false), c.keys->>'email',
         c.keys->>'email_look')) AS f (field, row_key, row_look, sets, key, look)
      WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.action NOT IN ('skip', 'keep')
        AND c.outcome IS NULL AND (own.holds OR own.will)
        AND (${only}::uuid[] IS NULL OR c.target_id = ANY(${only}::uuid[]))
        AND (c.keys IS NOT NULL OR c.code = 'delete' OR own.holds <> own.will)
    ), claims AS (
      SELECT target_id, field, gets FROM lines WHERE gets IS NOT NULL AND gets IS DISTINCT FROM has
    ), held AS (
      SELECT 'username' AS field, c.gets AS face, u.id, u.username_key AS key
        FROM claims c JOIN users u ON u.username_key = c.gets AND ${IN_FORCE}
        WHERE c.field = 'username' AND u.id <> c.target_id AND coalesce(u.username_look, u.username_key) = c.gets
      UNION
      SELECT 'username', c.gets, u.id, u.username_key
        FROM claims c JOIN users u ON u.username_look = c.gets AND ${IN_FORCE}
        WHERE c.field = 'username' AND u.id <> c.target_id
      UNION
      SELECT 'email', c.gets, u.id, u.email_key
        FROM claims c JOIN users u ON u.email_key = c.gets AND ${IN_FORCE}
        WHERE c.field = 'email' AND u.id <> c.target_id AND coalesce(u.email_look, u.email_key) = c.gets
      UNION
      SELECT 'email', c.gets, u.id, u.email_key
        FROM claims c JOIN users u ON u.email_look = c.gets AND ${IN_FORCE}
        WHERE c.field = 'email' AND u.id <> c.target_id
    ), contested AS MATERIALIZED (
      SELECT field, face FROM held
      UNION
      SELECT field, gets FROM claims GROUP BY field, gets HAVING count(*) > 1
    )
    SELECT l.field, l.target_id AS "targetId", l.external_id AS "externalId", l.has, l.gets, l.has_key AS "hasKey",
           l.gets_key AS "getsKey", l.returns
    FROM lines l
    WHERE (l.field, l.gets) IN (SELECT field, face FROM contested)
       OR (l.field, l.has) IN (SELECT field, face FROM contested)
    UNION ALL
    SELECT h.field, h.id, NULL, h.face, h.face, h.key, h.key, false
    FROM held h
    WHERE NOT EXISTS (SELECT 1 FROM lines l WHERE l.target_id = h.id AND l.field = h.field)`;
}

/**
 * Removes lost values from their lines and writes the reason; the record waits for the value. A user in force keeps the
 * current value; one that comes back into force has none. Touches lines that are not applied; idempotent.
 */
async function leaveOut(tx: Tx, { taskId }: PlanScope, lost: readonly LostValue[]): Promise<void> {
  const left = lost.map(({ stake: { targetId, field, gets }, ...loss }) => ({
    targetId,
    field,
    problem: { field, ...problemOf(field, loss) },
    waiting: { field, kind: `users.${field}`, externalId: gets },
  }));
  await tx.$executeRaw`
    WITH losses AS (
      SELECT r."targetId", array_agg(r.field) AS fields, array_agg(r.field || '_look') AS looks,
             coalesce(jsonb_object_agg(r.field, u.value) FILTER (WHERE u.value IS NOT NULL), '{}') AS values,
             coalesce(jsonb_object_agg(r.field, NULL) FILTER (WHERE u.value IS NOT NULL), '{}') AS nothing,
             jsonb_agg(r.problem ORDER BY r.field) AS problems, jsonb_agg(r.waiting ORDER BY r.field) AS waiting
      FROM jsonb_to_recordset(${JSON.stringify(left)}::jsonb) AS r ("targetId" uuid, field text, problem jsonb, waiting jsonb)
      LEFT JOIN LATERAL (
        SELECT CASE r.field WHEN 'username' THEN u.username WHEN 'email' THEN u.email END AS value
        FROM users u WHERE u.id = r."targetId" AND NOT ${IN_FORCE}) u ON true
      GROUP BY r."targetId"
    ), lines AS (
      SELECT c.rank, c.id, l.problems, l.waiting,
             (coalesce(c.before, '{}') - l.fields) || l.values AS before,
             (coalesce(c.after, '{}') - l.fields) || l.nothing AS after,
             (coalesce(c.keys, '{}') - l.fields - l.looks) || l.nothing AS keys
      FROM changes c JOIN losses l ON l."targetId" = c.target_id
      WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.outcome IS NULL AND c.action NOT IN ('skip', 'keep')
    )
    UPDATE changes c SET
      action = CASE WHEN c.action = 'update' AND l.after = '{}' THEN 'keep' ELSE c.action END,
      before = l.before, after = l.after, keys = l.keys,
      problems = coalesce(c.problems, '[]') || l.problems,
      pending = coalesce(c.pending, '[]') || l.waiting
    FROM lines l
    WHERE c.task_id = ${taskId}::uuid AND c.rank = l.rank AND c.id = l.id`;
}

function problemOf(
  field: string,
  { holderId, lookalike }: Omit<LostValue, 'stake'>,
): { code: string; message: string } {
  return lookalike
    ? {
        code: 'value_lookalike',
        message: `The ${field} looks like that of user ${holderId}, but is different. Change one of them at its source.`,
      }
    : {
        code: 'value_taken',
        message: `The ${field} belongs to user ${holderId}. Change it at the source, or take that user out of force.`,
      };
}

/** Moves the lines of users who give up or take over values to the rank before their own, with the values they free. */
async function applyMovesFirst(tx: Tx, { taskId }: PlanScope, stakes: readonly Stake[]): Promise<void> {
  const freed = stakes.map(({ targetId, field, hasKey }) => ({ targetId, keys: { [`${field}_freed`]: hasKey } }));
  await tx.$executeRaw`
    WITH freed AS (
      SELECT r."targetId", jsonb_object_agg(k.key, k.value) AS keys
      FROM jsonb_to_recordset(${JSON.stringify(freed)}::jsonb) AS r ("targetId" uuid, keys jsonb), jsonb_each(r.keys) k
      GROUP BY r."targetId"
    )
    UPDATE changes c SET rank = c.rank - 1, keys = coalesce(c.keys, '{}') || f.keys
    FROM freed f
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.outcome IS NULL AND c.rank % 2 = 1
      AND c.action NOT IN ('skip', 'keep') AND c.target_id = f."targetId"`;
}
