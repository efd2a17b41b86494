import { USER } from '../domain/record.js';
import type { Tx } from '../platform/db.js';
import type { MembersWithoutDepartment, PlanScope } from './target.js';

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
