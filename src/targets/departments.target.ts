import type { Fields } from '../domain/fields.js';
import { DEPARTMENT_PLACEHOLDERS, departmentRecord } from '../domain/department-record.js';
import { DEPARTMENT } from '../domain/record.js';
import type { Tx } from '../platform/db.js';
import { refreshTree } from './department-tree.store.js';
import { skipBadPlacements } from './department-placements.store.js';
import type { RecordTarget, TargetRow, TargetWrite } from './target.js';

/** The target of `department` records: each row is a node of the tree. */
export const departmentsTarget: RecordTarget = {
  type: 'record',
  name: 'departments',
  kind: DEPARTMENT,
  dependsOn: [],
  recordSchema: departmentRecord,
  placeholderFields: DEPARTMENT_PLACEHOLDERS,
  fields: ['title', 'order', 'attributes'],
  required: ['title'],
  references: [{ field: 'parentUid', column: 'parentId', kind: DEPARTMENT }],
  matchKeys: [],
  inForce: { removed: false },
  removed: { removed: true },
  atomic: true,
  uniqueFields: [],
  findByIds,
  create,
  update,
  delete: remove,
  findReferrers: findChildren,
  settle: skipBadPlacements,
  finish: refreshTree,
};

async function findByIds(tx: Tx, ids: readonly string[]): Promise<readonly TargetRow[]> {
  return tx.$queryRaw<{ id: string; version: number; fields: Fields }[]>`
    SELECT d.id, d.version,
           jsonb_build_object('title', d.title, 'order', d.sort_order, 'attributes', d.attributes,
                              'parentId', d.parent_id, 'removed', d.removed_at IS NOT NULL) AS fields
    FROM departments d
    WHERE d.id = ANY(${ids}::uuid[])`;
}

/** A page of new departments; `refreshTree` sets the parents when all rows exist. */
async function create(tx: Tx, rows: readonly TargetWrite[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO departments (id, title, sort_order, attributes, path)
    SELECT r.id, r.title, r."order", coalesce(r.attributes, '{}'), ARRAY[r.id]
    FROM jsonb_to_recordset(${JSON.stringify(rows.map(({ id, after }) => ({ id, ...after })))}::jsonb) AS r (
      id uuid, title text, "order" double precision, attributes jsonb)
    ON CONFLICT (id) DO NOTHING`;
}

/** A page of changed departments; parents as above. */
async function update(tx: Tx, rows: readonly TargetWrite[]): Promise<readonly string[]> {
  const written = await tx.$queryRaw<{ id: string }[]>`
    UPDATE departments d SET
      title = CASE WHEN r.c ? 'title' THEN coalesce(r.c->>'title', d.title) ELSE d.title END,
      sort_order = CASE WHEN r.c ? 'order' THEN (r.c->>'order')::double precision ELSE d.sort_order END,
      attributes = CASE WHEN r.c ? 'attributes' THEN r.c->'attributes' ELSE d.attributes END,
      removed_at = CASE WHEN NOT r.c ? 'removed' THEN d.removed_at
                        WHEN (r.c->>'removed')::boolean THEN coalesce(d.removed_at, now()) END,
      version = d.version + 1,
      updated_at = now()
    FROM unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.version)}::int[],
                ${rows.map((row) => JSON.stringify(row.after))}::jsonb[]) AS r (id, version, c)
    WHERE d.id = r.id AND d.version = r.version
    RETURNING d.id`;
  const done = new Set(written.map((row) => row.id));
  return rows.map((row) => row.id).filter((id) => !done.has(id));
}

/** Children become roots and memberships are deleted (foreign keys). */
async function remove(tx: Tx, rows: readonly TargetWrite[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM departments WHERE id = ANY(${rows.map((row) => row.id)}::uuid[])`;
}

async function findChildren(tx: Tx, kind: string, removedIds: readonly string[]): Promise<readonly string[]> {
  if (kind !== DEPARTMENT) return [];
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM departments WHERE parent_id = ANY(${removedIds}::uuid[])`;
  return rows.map((row) => row.id);
}
