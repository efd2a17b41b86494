import type { Tx } from '../platform/db.js';
import type { PlannedLines, PlanScope } from './target.js';

/**
 * Users of a page of membership lines whose main department must be chosen. New users have theirs already, unless the
 * department was not created.
 */
export async function findUndecided(
  tx: Tx,
  { taskId }: PlanScope,
  { rank, from, to }: PlannedLines,
): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT c.target_id AS id FROM changes c
    WHERE c.task_id = ${taskId}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.outcome IS NULL AND c.action <> 'skip' AND c.target_id IS NOT NULL
      AND (c.version IS DISTINCT FROM 0
           OR (SELECT u.main_department_id FROM users u WHERE u.id = c.target_id) IS NULL)`;
  return rows.map((row) => row.id);
}

/** Users with memberships of a source. */
export async function findMembersOf(tx: Tx, sourceId: string): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT user_id AS id FROM memberships WHERE source_id = ${sourceId}::uuid`;
  return rows.map((row) => row.id);
}

/**
 * Chooses the main department of users (R24): `isMain` of the highest-priority source, else the current one while it is
 * still a membership, else the first by order. Touches only users whose choice differs.
 */
export async function chooseMainDepartments(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.$executeRaw`
    WITH chosen AS (
      SELECT DISTINCT ON (u.id) u.id, d.id AS department_id
      FROM users u
      LEFT JOIN memberships m ON m.user_id = u.id
      LEFT JOIN departments d ON d.id = m.department_id AND d.removed_at IS NULL
      LEFT JOIN sources s ON s.id = m.source_id AND s.deleted_at IS NULL
      WHERE u.id = ANY(${userIds}::uuid[])
      ORDER BY u.id, d.id IS NULL, m.is_main DESC,
               CASE WHEN m.is_main THEN s.priority END DESC NULLS LAST, CASE WHEN m.is_main THEN s.name END,
               (d.id = u.main_department_id) DESC NULLS LAST, m.sort_order NULLS LAST, m.created_at, m.id
    )
    UPDATE users u SET main_department_id = chosen.department_id, updated_at = now()
    FROM chosen
    WHERE u.id = chosen.id AND u.main_department_id IS DISTINCT FROM chosen.department_id`;
}
