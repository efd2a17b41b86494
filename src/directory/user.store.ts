import { foldCase } from '../domain/match-key.js';
import { Prisma, type Tx } from '../platform/db.js';
import { likePattern } from '../domain/text.js';

/** A user's own columns. */
export interface UserRow {
  readonly id: string;
  readonly username: string | null;
  readonly nickname: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly title: string | null;
  readonly active: boolean;
  readonly managerId: string | null;
  readonly mainDepartmentId: string | null;
  readonly attributes: Record<string, unknown>;
  readonly protected: boolean;
  readonly lockedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deactivatedAt: Date | null;
}

/** A user's membership of a department. */
export interface PlaceRow {
  readonly id: string;
  readonly title: string;
  readonly isMain: boolean;
  readonly isOwner: boolean;
  readonly order: number | null;
  /** null = by hand. */
  readonly source: string | null;
}

/** A member of a department, by one or several sources. */
export interface MemberRow extends UserRow {
  readonly isMain: boolean;
  readonly isOwner: boolean;
  readonly order: number | null;
  readonly sources: (string | null)[];
}

/** Which users to list. */
export interface UserFilter {
  readonly search?: string | undefined;
  readonly department?: string | undefined;
  readonly active?: boolean | undefined;
  /** The name of a source that links them. */
  readonly source?: string | undefined;
  /** The last id of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

/** Lists users by id, which is the order of their creation. */
export function listUsers(tx: Tx, filter: UserFilter): Promise<UserRow[]> {
  return tx.$queryRaw<UserRow[]>`
    SELECT ${COLUMNS} FROM users u
    WHERE true ${after(filter.after)} ${byText(filter.search)} ${byActive(filter.active)}
      ${byDepartment(filter.department)} ${bySource(filter.source)}
    ORDER BY u.id
    LIMIT ${filter.limit}`;
}

/** Finds a user by its id. */
export async function findUser(tx: Tx, id: string): Promise<UserRow | null> {
  const rows = await tx.$queryRaw<UserRow[]>`SELECT ${COLUMNS} FROM users u WHERE u.id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** A user's memberships of existing departments, the main one first. */
export function findPlaces(tx: Tx, userId: string): Promise<PlaceRow[]> {
  return tx.$queryRaw<PlaceRow[]>`
    SELECT d.id, d.title, u.main_department_id IS NOT DISTINCT FROM d.id AS "isMain", m.is_owner AS "isOwner",
           m.sort_order AS "order", s.name AS source
    FROM memberships m
    JOIN users u ON u.id = m.user_id
    JOIN departments d ON d.id = m.department_id AND d.removed_at IS NULL
    LEFT JOIN sources s ON s.id = m.source_id AND s.deleted_at IS NULL
    WHERE m.user_id = ${userId}::uuid
    ORDER BY 3 DESC, m.sort_order NULLS LAST, d.title, d.id, s.name`;
}

/** Lists the members of a department by id. */
export function listMembers(
  tx: Tx,
  page: { readonly departmentId: string; readonly after: string | null; readonly limit: number },
): Promise<MemberRow[]> {
  return tx.$queryRaw<MemberRow[]>`
    SELECT ${COLUMNS}, u.main_department_id IS NOT DISTINCT FROM ${page.departmentId}::uuid AS "isMain",
           member.is_owner AS "isOwner", member.sort_order AS "order", member.sources
    FROM (
      SELECT m.user_id, bool_or(m.is_owner) AS is_owner, min(m.sort_order) AS sort_order,
             array_agg(s.name ORDER BY s.name) AS sources
      FROM memberships m LEFT JOIN sources s ON s.id = m.source_id AND s.deleted_at IS NULL
      WHERE m.department_id = ${page.departmentId}::uuid
        AND (${page.after}::uuid IS NULL OR m.user_id > ${page.after}::uuid)
      GROUP BY m.user_id
      ORDER BY m.user_id
      LIMIT ${page.limit}
    ) member
    JOIN users u ON u.id = member.user_id
    ORDER BY u.id`;
}

const COLUMNS = Prisma.sql`
  u.id, u.username, u.nickname, u.email, u.phone, u.title, u.active, u.manager_id AS "managerId",
  u.main_department_id AS "mainDepartmentId", u.attributes, u.protected, u.locked_at AS "lockedAt",
  u.created_at AS "createdAt", u.updated_at AS "updatedAt", u.deactivated_at AS "deactivatedAt"`;

function after(id: string | null): Prisma.Sql {
  return id === null ? Prisma.empty : Prisma.sql`AND u.id > ${id}::uuid`;
}

function byText(text: string | undefined): Prisma.Sql {
  if (text === undefined) return Prisma.empty;
  const pattern = likePattern(text);
  // ILIKE folds case only by the database's locale; the compared forms by all of Unicode (R5).
  const folded = likePattern(foldCase(text.trim()));
  return Prisma.sql`AND (u.username ILIKE ${pattern} OR u.nickname ILIKE ${pattern}
                         OR u.email ILIKE ${pattern} OR u.phone ILIKE ${pattern}
                         OR u.username_key LIKE ${folded} OR u.email_key LIKE ${folded})`;
}

function byActive(active: boolean | undefined): Prisma.Sql {
  return active === undefined ? Prisma.empty : Prisma.sql`AND u.active = ${active}`;
}

function byDepartment(id: string | undefined): Prisma.Sql {
  if (id === undefined) return Prisma.empty;
  return Prisma.sql`AND u.id IN (SELECT m.user_id FROM memberships m WHERE m.department_id = ${id}::uuid)`;
}

function bySource(name: string | undefined): Prisma.Sql {
  if (name === undefined) return Prisma.empty;
  return Prisma.sql`AND EXISTS (
    SELECT 1 FROM known_records k JOIN sources s ON s.id = k.source_id
    WHERE s.name = ${name} AND k.kind = 'user' AND k.target_id = u.id AND k.removed_at IS NULL)`;
}
