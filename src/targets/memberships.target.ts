import type { PlannedChange } from '../domain/change.js';
import type { Fields } from '../domain/fields.js';
import { planMemberships, type MembershipRow } from '../domain/plan-memberships.js';
import { DEPARTMENT, USER } from '../domain/record.js';
import type { GivenClaim } from '../domain/department-claim.js';
import { Prisma, type Tx } from '../platform/db.js';
import { freshIds } from '../platform/fresh-ids.js';
import { inChunks } from '../platform/long-work.js';
import {
  chooseMainDepartments,
  countMembersWithoutDepartment,
  findMembersOf,
  findUndecided,
} from './main-department.store.js';
import type {
  Derived,
  DerivedFrom,
  DerivedTarget,
  PendingReference,
  PlannedLines,
  PlanScope,
  ResolveReferences,
  TargetWrite,
} from './target.js';

/** The target of the `departments` of user records: one row per user, department and source (R22). */
export const membershipsTarget: DerivedTarget = {
  type: 'derived',
  name: 'memberships',
  kind: 'membership',
  accepts: [USER],
  dependsOn: ['users', 'departments'],
  field: 'departments',
  derive,
  create,
  createPlanned,
  // An undo also chooses the main department again (`chooseAgain`).
  plainLine: Prisma.sql`NOT after ? 'chosen'`,
  update,
  delete: remove,
  findReferrers: findMembers,
  countMembersWithoutDepartment,
  undo: { identity: ['userId', 'departmentId'], findNow, names: DEPARTMENT },
  countOwned: (tx, { sourceId }) => tx.membership.count({ where: { sourceId } }),
  finishPage: async (tx, scope, lines) => chooseMainDepartments(tx, await findUndecided(tx, scope, lines)),
  settleOrder: async (tx, { sourceId }) => chooseMainDepartments(tx, await findMembersOf(tx, sourceId)),
};

/** Compares the claims of user records with the source's memberships; claims of missing departments wait (R23). */
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
  const pending = new Map<string, PendingReference[]>();
  const ownerFields = new Map<string, Record<string, unknown>>();
  for await (const chunk of inChunks(page)) {
    for (const user of chunk) {
      const list = claims.get(user.externalId);
      if (!list) continue;
      const planned = planMemberships({ user, claims: list, departments, current: current.get(user.targetId) ?? [] });
      changes.push(...planned.changes);
      const waiting = planned.missing.map((uid) => ({ field: 'departments', kind: DEPARTMENT, externalId: uid }));
      if (waiting.length > 0) pending.set(user.externalId, waiting);
      if (user.isNew && planned.main) ownerFields.set(user.externalId, { mainDepartmentId: planned.main });
    }
  }
  return { changes, pending, ownerFields };
}

/** undefined = the record has no departments, so memberships stay (R3); for a record that is gone: none. */
function readClaims(user: DerivedFrom): readonly GivenClaim[] | undefined {
  if (user.record === null) return [];
  return user.record['departments'] as readonly GivenClaim[] | undefined;
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
           m.is_owner AS "isOwner", m.sort_order AS "order",
           coalesce(u.main_department_id = m.department_id, false) AS chosen
    FROM memberships m
    JOIN users u ON u.id = m.user_id
    WHERE m.source_id = ${sourceId}::uuid AND m.user_id = ANY(${ids}::uuid[])
    ORDER BY m.id`;
  const byUser = new Map<string, MembershipRow[]>();
  for (const row of rows) byUser.set(row.userId, [...(byUser.get(row.userId) ?? []), row]);
  return byUser;
}

/** A page of new memberships; the joins leave out users and departments that were removed meanwhile. */
async function create(tx: Tx, rows: readonly TargetWrite[], { sourceId }: PlanScope): Promise<void> {
  const ids = freshIds(rows.length);
  await tx.$executeRaw`
    INSERT INTO memberships (id, user_id, department_id, source_id, is_main, is_owner, sort_order)
    SELECT r.id, u.id, d.id, ${sourceId}::uuid, r."isMain", r."isOwner", r."order"
    FROM jsonb_to_recordset(${JSON.stringify(rows.map((row, at) => ({ ...row.after, id: ids[at] })))}::jsonb) AS r (
      id uuid, "userId" uuid, "departmentId" uuid, "isMain" boolean, "isOwner" boolean, "order" double precision)
    JOIN users u ON u.id = r."userId"
    JOIN departments d ON d.id = r."departmentId"
    ON CONFLICT (user_id, department_id, source_id) DO NOTHING`;
  await chooseAgain(tx, rows);
}

/** The same directly from the plan: foreign keys refuse rows that were removed meanwhile. */
async function createPlanned(tx: Tx, scope: PlanScope, { rank, from, to }: PlannedLines): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO memberships (id, user_id, department_id, source_id, is_main, is_owner, sort_order)
    SELECT gen_random_uuid(), c.target_id, (c.after->>'departmentId')::uuid, ${scope.sourceId}::uuid,
           (c.after->>'isMain')::boolean, (c.after->>'isOwner')::boolean, (c.after->>'order')::double precision
    FROM changes c
    WHERE c.task_id = ${scope.taskId}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.outcome IS NULL AND c.action = 'create'`;
}

/** Main departments that an undo restores; `finishPage` decides which one is the main one (R24). */
async function chooseAgain(tx: Tx, rows: readonly TargetWrite[]): Promise<void> {
  const chosen = rows.filter((row) => row.after['chosen'] === true);
  if (chosen.length === 0) return;
  await tx.$executeRaw`
    UPDATE users u SET main_department_id = d.id
    FROM jsonb_to_recordset(${JSON.stringify(chosen.map((row) => row.after))}::jsonb) AS r (
      "userId" uuid, "departmentId" uuid)
    JOIN departments d ON d.id = r."departmentId" AND d.removed_at IS NULL
    WHERE u.id = r."userId"`;
}

/** A page of changed memberships. They belong to one source with one running task, so no version is checked. */
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

/** Users with memberships of this source in departments that will be removed. */
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

/** The source's memberships of these users in these departments; null if there is none. */
async function findNow(
  tx: Tx,
  { sourceId }: PlanScope,
  identities: readonly Fields[],
): Promise<readonly (Fields | null)[]> {
  const rows = await tx.$queryRaw<{ place: number; fields: Fields }[]>`
    SELECT r.place::int AS place, jsonb_build_object(
      'userId', m.user_id, 'departmentId', m.department_id, 'isMain', m.is_main, 'isOwner', m.is_owner,
      'order', m.sort_order) AS fields
    FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(identities)}::jsonb) AS ("userId" uuid, "departmentId" uuid))
      WITH ORDINALITY AS r (user_id, department_id, place)
    JOIN memberships m ON m.source_id = ${sourceId}::uuid AND m.user_id = r.user_id
      AND m.department_id = r.department_id`;
  const found = new Map(rows.map((row) => [row.place, row.fields]));
  return identities.map((_identity, at) => found.get(at + 1) ?? null);
}
