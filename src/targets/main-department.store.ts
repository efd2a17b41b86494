import type { Tx } from '../platform/db.js';
import type { MembersWithoutDepartment, PlannedLines, PlanScope } from './target.js';
import { USER } from '../domain/record.js';

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

/**
 * Counts a source's users with a department, and those whom the plan, or tasks of the last day, leave without any (R31,
 * R32).
 */
export async function countMembersWithoutDepartment(tx: Tx, scope: PlanScope): Promise<MembersWithoutDepartment> {
  const { owners, withoutDepartment } = await countNow(tx, scope);
  return {
    owners,
    withoutDepartment,
    withoutDepartmentLately: withoutDepartment === 0 ? 0 : await countLately(tx, scope),
  };
}

/** Users whom the plan keeps but leaves without any department. */
async function countNow(
  tx: Tx,
  { taskId, sourceId }: PlanScope,
): Promise<{ readonly owners: number; readonly withoutDepartment: number }> {
  const [counted] = await tx.$queryRaw<{ owners: number; withoutDepartment: number }[]>`
    WITH losing AS (
      SELECT target_id AS user_id, array_agg((before->>'departmentId')::uuid) AS departments
      FROM changes
      WHERE task_id = ${taskId}::uuid AND target = 'memberships' AND action = 'remove' AND outcome IS NULL
      GROUP BY target_id
    )
    SELECT (SELECT count(DISTINCT user_id)::int FROM memberships WHERE source_id = ${sourceId}::uuid) AS owners,
           (SELECT count(*)::int FROM losing l
            WHERE EXISTS (SELECT 1 FROM known_records k WHERE k.target_id = l.user_id AND k.kind = ${USER}
                          AND k.source_id = ${sourceId}::uuid AND k.removed_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM changes c WHERE c.task_id = ${taskId}::uuid AND c.outcome IS NULL
                              AND c.target_id = l.user_id
                              AND ((c.target = 'memberships' AND c.action = 'create')
                                   OR (c.target = 'users' AND c.action = 'remove')))
              AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = l.user_id
                              AND NOT (m.source_id IS NOT DISTINCT FROM ${sourceId}::uuid
                                       AND m.department_id = ANY(l.departments)))) AS "withoutDepartment"`;
  return counted ?? { owners: 0, withoutDepartment: 0 };
}

/** Active users without a department because unapproved tasks of the last 24 h removed theirs. */
async function countLately(tx: Tx, { taskId, sourceId }: PlanScope): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(DISTINCT c.target_id)::int AS count
    FROM sync_tasks t
    JOIN changes c ON c.task_id = t.id AND c.target = 'memberships' AND c.action = 'remove'
    JOIN users u ON u.id = c.target_id AND u.active
    WHERE t.source_id = ${sourceId}::uuid AND t.id <> ${taskId}::uuid AND NOT t.dry_run AND t.approved_at IS NULL
      AND coalesce(t.finished_at, t.heartbeat_at, now()) > now() - interval '24 hours'
      AND change_outcome(c, t) = 'applied'
      AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id)`;
  return row?.count ?? 0;
}
