import { v7 as uuid } from 'uuid';
import type { PlannedChange } from '../domain/change.js';
import { planMemberships, type MembershipRow } from '../domain/plan-memberships.js';
import { DEPARTMENT, USER } from '../domain/record.js';
import type { DepartmentClaim } from '../domain/user-record.js';
import type { Tx } from '../platform/db.js';
import { chooseMainDepartments } from './main-department.store.js';
import type {
  Derived,
  DerivedFrom,
  DerivedTarget,
  PendingWish,
  PlanScope,
  ResolveReferences,
  TargetWrite,
} from './target.js';

/** Where the `departments` of user records land: one row for a user, department and source (R22). */
export const membershipsTarget: DerivedTarget = {
  type: 'derived',
  name: 'memberships',
  kind: 'membership',
  accepts: [USER],
  dependsOn: ['users', 'departments'],
  field: 'departments',
  derive,
  create,
  update,
  delete: remove,
  findReferrers: findMembers,
  countLeftAlone,
  countOwned: (tx, { sourceId }) => tx.membership.count({ where: { sourceId } }),
  finishPage: (tx, _scope, userIds) => chooseMainDepartments(tx, userIds),
};

/** Compares what user records claim with the source's memberships; departments that are not there yet wait (R23). */
async function derive(
  tx: Tx,
  scope: PlanScope,
  page: readonly DerivedFrom[],
  resolve: ResolveReferences,
): Promise<Derived> {
  const claims = new Map(page.map((user) => [user.externalId, readClaims(user)]));
  const wanted = [...claims.values()].flatMap((list) => list ?? []).map((claim) => claim.uid);
  const departments = await resolve(DEPARTMENT, [...new Set(wanted)]);
  const current = await findCurrent(tx, scope, page);
  const changes: PlannedChange[] = [];
  const pending = new Map<string, PendingWish[]>();
  const ownerFields = new Map<string, Record<string, unknown>>();
  for (const user of page) {
    const list = claims.get(user.externalId);
    if (!list) continue;
    const planned = planMemberships({ user, claims: list, departments, current: current.get(user.targetId) ?? [] });
    changes.push(...planned.changes);
    const wishes = planned.missing.map((uid) => ({ field: 'departments', kind: DEPARTMENT, externalId: uid }));
    if (wishes.length > 0) pending.set(user.externalId, wishes);
    if (user.isNew && planned.main) ownerFields.set(user.externalId, { mainDepartmentId: planned.main });
  }
  return { changes, pending, ownerFields };
}

/** undefined = the record says nothing of departments, so they stay (R3); gone = none. */
function readClaims(user: DerivedFrom): readonly DepartmentClaim[] | undefined {
  if (user.record === null) return [];
  return user.record['departments'] as readonly DepartmentClaim[] | undefined;
}

async function findCurrent(
  tx: Tx,
  { sourceId }: PlanScope,
  page: readonly DerivedFrom[],
): Promise<Map<string, MembershipRow[]>> {
  const ids = page.filter((user) => !user.isNew).map((user) => user.targetId);
  if (ids.length === 0) return new Map();
  const rows = await tx.$queryRaw<(MembershipRow & { userId: string })[]>`
    SELECT m.id, m.user_id AS "userId", m.department_id AS "departmentId", m.is_main AS "isMain",
           m.is_owner AS "isOwner", m.sort_order AS "order"
    FROM memberships m
    WHERE m.source_id = ${sourceId}::uuid AND m.user_id = ANY(${ids}::uuid[])
    ORDER BY m.id`;
  const byUser = new Map<string, MembershipRow[]>();
  for (const row of rows) byUser.set(row.userId, [...(byUser.get(row.userId) ?? []), row]);
  return byUser;
}

/** A page of new memberships; users or departments that went meanwhile are left out by the joins. */
async function create(tx: Tx, rows: readonly TargetWrite[], { sourceId }: PlanScope): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO memberships (id, user_id, department_id, source_id, is_main, is_owner, sort_order)
    SELECT r.id, u.id, d.id, ${sourceId}::uuid, r."isMain", r."isOwner", r."order"
    FROM jsonb_to_recordset(${JSON.stringify(rows.map((row) => ({ ...row.after, id: uuid() })))}::jsonb) AS r (
      id uuid, "userId" uuid, "departmentId" uuid, "isMain" boolean, "isOwner" boolean, "order" double precision)
    JOIN users u ON u.id = r."userId"
    JOIN departments d ON d.id = r."departmentId"
    ON CONFLICT (user_id, department_id, source_id) DO NOTHING`;
}

/** A page of changed memberships. They belong to one source, which has one task at work: no version to check. */
async function update(tx: Tx, rows: readonly TargetWrite[], { sourceId }: PlanScope): Promise<readonly string[]> {
  await tx.$executeRaw`
    UPDATE memberships m SET is_main = r."isMain", is_owner = r."isOwner", sort_order = r."order", updated_at = now()
    FROM jsonb_to_recordset(${JSON.stringify(rows.map((row) => row.after))}::jsonb) AS r (
      "userId" uuid, "departmentId" uuid, "isMain" boolean, "isOwner" boolean, "order" double precision)
    WHERE m.source_id = ${sourceId}::uuid AND m.user_id = r."userId" AND m.department_id = r."departmentId"`;
  return [];
}

async function remove(tx: Tx, rows: readonly TargetWrite[], { sourceId }: PlanScope): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM memberships m
    USING jsonb_to_recordset(${JSON.stringify(rows.map((row) => row.before))}::jsonb) AS r (
      "userId" uuid, "departmentId" uuid)
    WHERE m.source_id = ${sourceId}::uuid AND m.user_id = r."userId" AND m.department_id = r."departmentId"`;
}

/** Users whom this source put into departments that are about to go. */
async function findMembers(
  tx: Tx,
  { sourceId }: PlanScope,
  kind: string,
  removedIds: readonly string[],
): Promise<readonly string[]> {
  if (kind !== DEPARTMENT) return [];
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT user_id AS id FROM memberships
    WHERE source_id = ${sourceId}::uuid AND department_id = ANY(${removedIds}::uuid[])`;
  return rows.map((row) => row.id);
}

/** People of this source with a department, and those whom the plan keeps but leaves without any (R31). */
async function countLeftAlone(
  tx: Tx,
  { taskId, sourceId }: PlanScope,
): Promise<{ readonly owners: number; readonly leftAlone: number }> {
  const [counted] = await tx.$queryRaw<{ owners: number; leftAlone: number }[]>`
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
                                       AND m.department_id = ANY(l.departments)))) AS "leftAlone"`;
  return counted ?? { owners: 0, leftAlone: 0 };
}
