import type { Fields } from '../domain/fields.js';
import { lookalikeOf, MATCH_FIELDS, type MatchField, matchKey, UNIQUE_FIELDS } from '../domain/match-key.js';
import { USER } from '../domain/record.js';
import { USER_PLACEHOLDERS, userRecord } from '../domain/user-record.js';
import { Prisma, type Tx } from '../platform/db.js';
import { attachManagers, findByMatchKey, waitingAgain } from './users.store.js';
import { resolveUniqueConflicts, excludeTakenValues } from './unique-conflicts.store.js';
import type { PlannedLines, PlanScope, RecordTarget, TargetRow, TargetWrite } from './target.js';

/** The target of `user` records: each row is a person. */
export const usersTarget: RecordTarget = {
  type: 'record',
  name: 'users',
  kind: USER,
  dependsOn: ['departments'],
  recordSchema: userRecord,
  placeholderFields: USER_PLACEHOLDERS,
  fields: ['username', 'nickname', 'email', 'phone', 'title', 'active', 'attributes'],
  required: [],
  references: [{ field: 'managerUid', column: 'managerId', kind: USER }],
  matchKeys: MATCH_FIELDS,
  inForce: { active: true },
  removed: { active: false },
  atomic: false,
  uniqueFields: UNIQUE_FIELDS,
  keyOf: (field, value) => matchKey(field as MatchField, value),
  lookOf: lookalikeOf,
  findByIds,
  findByMatchKey,
  create,
  createPlanned,
  // Looks are computed here, not in the plan (`toColumns`); ASCII text has none.
  plainLine: Prisma.sql`(keys IS NULL OR octet_length(keys::text) = length(keys::text))`,
  update,
  delete: remove,
  findReferrers: findReports,
  settle: resolveUniqueConflicts,
  excludeTakenValues,
  waitingAgain,
  finish: attachManagers,
};

interface UserRow {
  readonly id: string;
  readonly version: number;
  readonly fields: Fields;
  readonly protected: boolean;
  readonly locked: boolean;
}

async function findByIds(tx: Tx, ids: readonly string[]): Promise<readonly TargetRow[]> {
  return tx.$queryRaw<UserRow[]>`
    SELECT u.id, u.version, u.protected, u.locked_at IS NOT NULL AS locked,
           jsonb_build_object(
             'username', u.username, 'nickname', u.nickname, 'email', u.email, 'phone', u.phone, 'title', u.title,
             'active', u.active, 'managerId', u.manager_id, 'attributes', u.attributes) AS fields
    FROM users u
    WHERE u.id = ANY(${ids}::uuid[])`;
}

/** A page of new users. A manager who does not exist yet is set at the end (`attachManagers`). */
async function create(tx: Tx, rows: readonly TargetWrite[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO users (id, username, username_key, nickname, email, email_key, phone, phone_key, title, active,
                       deactivated_at, attributes, username_look, email_look, manager_id, main_department_id)
    SELECT r.id, r.username, r.username_key, r.nickname, r.email, r.email_key, r.phone, r.phone_key, r.title,
           coalesce(r.active, true), CASE WHEN r.active = false THEN now() END, coalesce(r.attributes, '{}'),
           r.username_look, r.email_look, m.id, d.id
    FROM jsonb_to_recordset(${JSON.stringify(rows.map(toColumns))}::jsonb) AS r (
      id uuid, username text, username_key text, nickname text, email text, email_key text, phone text,
      phone_key text, title text, active boolean, attributes jsonb, username_look text, email_look text,
      manager_id uuid, main_department_id uuid)
    LEFT JOIN users m ON m.id = r.manager_id
    LEFT JOIN departments d ON d.id = r.main_department_id
    ON CONFLICT (id) DO NOTHING`;
}

/** The same directly from the plan. A manager of a later page is set at the end (`attachManagers`). */
async function createPlanned(tx: Tx, { taskId }: PlanScope, { rank, from, to }: PlannedLines): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO users (id, username, username_key, nickname, email, email_key, phone, phone_key, title, active,
                       deactivated_at, attributes, manager_id, main_department_id)
    SELECT c.target_id, c.after->>'username', c.keys->>'username', c.after->>'nickname', c.after->>'email',
           c.keys->>'email', c.after->>'phone', c.keys->>'phone', c.after->>'title',
           coalesce((c.after->>'active')::boolean, true), CASE WHEN (c.after->>'active')::boolean = false THEN now() END,
           coalesce(nullif(c.after->'attributes', 'null'), '{}'),
           CASE WHEN c.after->>'managerId' IS NOT NULL
                THEN (SELECT m.id FROM users m WHERE m.id = (c.after->>'managerId')::uuid) END,
           (c.after->>'mainDepartmentId')::uuid
    FROM changes c
    WHERE c.task_id = ${taskId}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.outcome IS NULL AND c.action = 'create'`;
}

/**
 * A page of changed users: writes only changed columns, and only if the row has the version of the plan. `locked` and
 * `protected` are decisions of an admin (R11, R15), which only lines of the built-in source have.
 */
async function update(tx: Tx, rows: readonly TargetWrite[]): Promise<readonly string[]> {
  const written = await tx.$queryRaw<{ id: string }[]>`
    UPDATE users u SET
      username = CASE WHEN r.c ? 'username' THEN r.c->>'username' ELSE u.username END,
      username_key = CASE WHEN r.c ? 'username' THEN r.c->>'username_key' ELSE u.username_key END,
      username_look = CASE WHEN r.c ? 'username' THEN r.c->>'username_look' ELSE u.username_look END,
      nickname = CASE WHEN r.c ? 'nickname' THEN r.c->>'nickname' ELSE u.nickname END,
      email = CASE WHEN r.c ? 'email' THEN r.c->>'email' ELSE u.email END,
      email_key = CASE WHEN r.c ? 'email' THEN r.c->>'email_key' ELSE u.email_key END,
      email_look = CASE WHEN r.c ? 'email' THEN r.c->>'email_look' ELSE u.email_look END,
      phone = CASE WHEN r.c ? 'phone' THEN r.c->>'phone' ELSE u.phone END,
      phone_key = CASE WHEN r.c ? 'phone' THEN r.c->>'phone_key' ELSE u.phone_key END,
      title = CASE WHEN r.c ? 'title' THEN r.c->>'title' ELSE u.title END,
      active = CASE WHEN r.c ? 'active' THEN (r.c->>'active')::boolean ELSE u.active END,
      deactivated_at = CASE WHEN NOT r.c ? 'active' THEN u.deactivated_at
                            WHEN (r.c->>'active')::boolean THEN NULL ELSE coalesce(u.deactivated_at, now()) END,
      manager_id = CASE WHEN r.c ? 'manager_id'
                        THEN (SELECT m.id FROM users m WHERE m.id = (r.c->>'manager_id')::uuid)
                        ELSE u.manager_id END,
      attributes = CASE WHEN r.c ? 'attributes' THEN r.c->'attributes' ELSE u.attributes END,
      locked_at = CASE WHEN NOT r.c ? 'locked' THEN u.locked_at
                       WHEN (r.c->>'locked')::boolean THEN coalesce(u.locked_at, now()) END,
      protected = CASE WHEN r.c ? 'protected' THEN (r.c->>'protected')::boolean ELSE u.protected END,
      version = u.version + 1,
      updated_at = now()
    FROM unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.version)}::int[],
                ${rows.map((row) => JSON.stringify(toColumns(row)))}::jsonb[]) AS r (id, version, c)
    WHERE u.id = r.id AND u.version = r.version
    RETURNING u.id`;
  const done = new Set(written.map((row) => row.id));
  return rows.map((row) => row.id).filter((id) => !done.has(id));
}

async function remove(tx: Tx, rows: readonly TargetWrite[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM users WHERE id = ANY(${rows.map((row) => row.id)}::uuid[])`;
}

/** Users whose manager will be removed. */
async function findReports(tx: Tx, kind: string, removedIds: readonly string[]): Promise<readonly string[]> {
  if (kind !== USER) return [];
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM users WHERE manager_id = ANY(${removedIds}::uuid[])`;
  return rows.map((row) => row.id);
}

/** The columns that a change sets: values and their compared forms (R5). */
function toColumns({ id, after }: TargetWrite): Record<string, unknown> {
  const columns: Record<string, unknown> = { id };
  for (const [name, value] of Object.entries(after)) {
    columns[COLUMNS[name] ?? name] = value;
    if (!isMatchField(name)) continue;
    const key = matchKey(name, value);
    columns[`${name}_key`] = key;
    if (isUnique(name)) columns[`${name}_look`] = key && lookalikeOf(key);
  }
  return columns;
}

const COLUMNS: Readonly<Record<string, string>> = {
  managerId: 'manager_id',
  mainDepartmentId: 'main_department_id',
};

function isMatchField(name: string): name is MatchField {
  return (MATCH_FIELDS as readonly string[]).includes(name);
}

function isUnique(name: MatchField): boolean {
  return (UNIQUE_FIELDS as readonly MatchField[]).includes(name);
}
