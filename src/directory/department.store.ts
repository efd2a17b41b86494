import { Prisma, type Tx } from '../platform/db.js';
import { likePattern } from '../domain/text.js';

/** A department's own columns. */
export interface DepartmentRow {
  readonly id: string;
  readonly title: string;
  readonly parentId: string | null;
  readonly order: number | null;
  readonly isLeaf: boolean;
  readonly path: string[];
  readonly attributes: Record<string, unknown>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly removedAt: Date | null;
}

/** Which departments to list. */
export interface DepartmentFilter {
  readonly removed: boolean;
  readonly search?: string | undefined;
  readonly parent?: string | undefined;
  readonly source?: string | undefined;
  readonly after: string | null;
  readonly limit: number;
}

/** Lists departments by id, which is the order of their creation. */
export function listDepartments(tx: Tx, filter: DepartmentFilter): Promise<DepartmentRow[]> {
  const { removed, search, parent, source, after, limit } = filter;
  return tx.$queryRaw<DepartmentRow[]>`
    SELECT ${COLUMNS} FROM departments d
    WHERE ${removed ? Prisma.sql`d.removed_at IS NOT NULL` : Prisma.sql`d.removed_at IS NULL`}
      ${after === null ? Prisma.empty : Prisma.sql`AND d.id > ${after}::uuid`}
      ${search === undefined ? Prisma.empty : Prisma.sql`AND d.title ILIKE ${likePattern(search)}`}
      ${parent === undefined ? Prisma.empty : Prisma.sql`AND d.parent_id = ${parent}::uuid`}
      ${bySource(source)}
    ORDER BY d.id
    LIMIT ${limit}`;
}

/** Finds a department by its id, also a removed one. */
export async function findDepartment(tx: Tx, id: string): Promise<DepartmentRow | null> {
  const rows = await tx.$queryRaw<DepartmentRow[]>`SELECT ${COLUMNS} FROM departments d WHERE d.id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** Reads the titles of departments by their ids, also of removed ones. */
export async function findTitles(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.$queryRaw<{ id: string; title: string }[]>`
    SELECT id, title FROM departments WHERE id = ANY(${ids}::uuid[])`;
  return new Map(rows.map(({ id, title }) => [id, title]));
}

/**
 * Reads the tree below `root` (null = all of it), that root included, parents before children, siblings in order.
 * @returns at most `limit` rows: request one more row to find out whether there are more.
 */
export function readTree(
  tx: Tx,
  wanted: { readonly root: string | null; readonly depth: number; readonly limit: number },
): Promise<DepartmentRow[]> {
  const { root, depth, limit } = wanted;
  const start = root === null ? Prisma.sql`d.parent_id IS NULL` : Prisma.sql`d.id = ${root}::uuid`;
  return tx.$queryRaw<DepartmentRow[]>`
    WITH RECURSIVE tree AS (
      SELECT d.id, 0 AS level FROM departments d WHERE d.removed_at IS NULL AND ${start}
      UNION ALL
      SELECT d.id, tree.level + 1 FROM departments d JOIN tree ON d.parent_id = tree.id
      WHERE d.removed_at IS NULL AND tree.level < ${depth}
    ), branch AS (SELECT * FROM tree LIMIT ${limit})
    SELECT ${COLUMNS} FROM departments d JOIN branch ON branch.id = d.id
    ORDER BY branch.level, d.sort_order NULLS LAST, d.title, d.id`;
}

/** The last sibling of a page, by order, then by title and id. */
export type SiblingCursor = readonly [order: number | null, title: string, id: string];

/** A department with the number of its own members. */
export interface SiblingRow extends DepartmentRow {
  readonly members: number;
}

/** Lists the departments directly below `parent` (null = the roots), siblings in order. */
export function listSiblings(
  tx: Tx,
  wanted: { readonly parent: string | null; readonly after: SiblingCursor | null; readonly limit: number },
): Promise<SiblingRow[]> {
  const { parent, after, limit } = wanted;
  const [order, title, id] = after ?? [];
  const place = Prisma.sql`(COALESCE(d.sort_order, 'Infinity'), d.title, d.id)`;
  return tx.$queryRaw<SiblingRow[]>`
    SELECT ${COLUMNS}, (SELECT count(DISTINCT m.user_id)::int FROM memberships m WHERE m.department_id = d.id) AS members
    FROM departments d
    WHERE d.removed_at IS NULL
      AND ${parent === null ? Prisma.sql`d.parent_id IS NULL` : Prisma.sql`d.parent_id = ${parent}::uuid`}
      ${after === null ? Prisma.empty : Prisma.sql`AND ${place} > (COALESCE(${order}::float8, 'Infinity'), ${title}, ${id}::uuid)`}
    ORDER BY COALESCE(d.sort_order, 'Infinity'), d.title, d.id
    LIMIT ${limit}`;
}

const COLUMNS = Prisma.sql`
  d.id, d.title, d.parent_id AS "parentId", d.sort_order AS "order", d.is_leaf AS "isLeaf", d.path, d.attributes,
  d.created_at AS "createdAt", d.updated_at AS "updatedAt", d.removed_at AS "removedAt"`;

function bySource(name: string | undefined): Prisma.Sql {
  if (name === undefined) return Prisma.empty;
  return Prisma.sql`AND EXISTS (
    SELECT 1 FROM known_records k JOIN sources s ON s.id = k.source_id
    WHERE s.name = ${name} AND k.kind = 'department' AND k.target_id = d.id AND k.removed_at IS NULL)`;
}
