import type { StagedFieldProblem } from '../domain/field-problem.js';
import { type Db, Prisma } from '../platform/db.js';
import type { TestSource } from './worlds/engine.js';

/** A user as a test speaks of it: everything by the source's ids. */
export interface SeenUser {
  readonly id: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly title: string | null;
  readonly active: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly linked: boolean;
  readonly manager: string | null;
  /** Departments of this source's memberships, in order of their ids. */
  readonly departments: readonly string[];
  readonly main: string | null;
}

/** A department, likewise. */
export interface SeenDepartment {
  readonly id: string;
  readonly title: string;
  readonly linked: boolean;
  readonly removed: boolean;
  readonly parent: string | null;
  readonly isLeaf: boolean;
  readonly path: readonly string[];
}

/** What is there of a source's users, by external id. */
export async function usersOf({ pool }: Db, source: TestSource): Promise<Readonly<Record<string, SeenUser>>> {
  const { rows } = await pool.query<SeenUser & { uid: string }>(
    `SELECT k.external_id AS uid, u.id, u.username, u.email, u.title, u.active, u.attributes,
            k.removed_at IS NULL AS linked, m.external_id AS manager, d.external_id AS main,
            ARRAY(SELECT dk.external_id FROM memberships ms
                  JOIN known_records dk ON dk.target_id = ms.department_id AND dk.kind = 'department'
                    AND dk.source_id = k.source_id
                  WHERE ms.user_id = u.id AND ms.source_id = k.source_id ORDER BY 1) AS departments
     FROM known_records k
     JOIN users u ON u.id = k.target_id
     LEFT JOIN known_records m ON m.target_id = u.manager_id AND m.kind = 'user' AND m.source_id = k.source_id
     LEFT JOIN known_records d ON d.target_id = u.main_department_id AND d.kind = 'department'
       AND d.source_id = k.source_id
     WHERE k.source_id = $1 AND k.kind = 'user' ORDER BY 1`,
    [source.id],
  );
  return Object.fromEntries(rows.map(({ uid, ...user }) => [uid, user]));
}

/** What is there of a source's departments, by external id. */
export async function departmentsOf(
  { pool }: Db,
  source: TestSource,
): Promise<Readonly<Record<string, SeenDepartment>>> {
  const { rows } = await pool.query<SeenDepartment & { uid: string }>(
    `SELECT k.external_id AS uid, d.id, d.title, k.removed_at IS NULL AS linked, d.removed_at IS NOT NULL AS removed,
            p.external_id AS parent, d.is_leaf AS "isLeaf",
            ARRAY(SELECT coalesce(pk.external_id, at.id::text) FROM unnest(d.path) WITH ORDINALITY AS at (id, place)
                  LEFT JOIN known_records pk ON pk.target_id = at.id AND pk.kind = 'department'
                    AND pk.source_id = k.source_id ORDER BY at.place) AS path
     FROM known_records k
     JOIN departments d ON d.id = k.target_id
     LEFT JOIN known_records p ON p.target_id = d.parent_id AND p.kind = 'department' AND p.source_id = k.source_id
     WHERE k.source_id = $1 AND k.kind = 'department' ORDER BY 1`,
    [source.id],
  );
  return Object.fromEntries(rows.map(({ uid, ...department }) => [uid, department]));
}

/** The tree in force: external id → the parent's, null = a root. */
export async function treeOf(db: Db, source: TestSource): Promise<Readonly<Record<string, string | null>>> {
  const departments = Object.entries(await departmentsOf(db, source));
  return Object.fromEntries(departments.filter(([, one]) => !one.removed).map(([uid, one]) => [uid, one.parent]));
}

/** Whether path and leaf of every department in force say what the parents say (R25). */
export async function treeFaults({ pool }: Db): Promise<readonly unknown[]> {
  const { rows } = await pool.query<object>(
    `WITH RECURSIVE tree AS (
       SELECT id, ARRAY[id] AS path FROM departments WHERE parent_id IS NULL
       UNION ALL SELECT d.id, tree.path || d.id FROM departments d JOIN tree ON d.parent_id = tree.id
     )
     SELECT d.title, d.path, tree.path AS wanted, d.is_leaf FROM departments d LEFT JOIN tree ON tree.id = d.id
     WHERE d.removed_at IS NULL AND (d.path IS DISTINCT FROM tree.path OR d.is_leaf = EXISTS (
       SELECT 1 FROM departments c WHERE c.parent_id = d.id AND c.removed_at IS NULL))`,
  );
  return rows;
}

/** The lines of a plan that say why something was not done: `kind/external id: code`. */
export async function skippedOf({ pool }: Db, taskId: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT kind || '/' || coalesce(external_id, '?') || ': ' || code AS line FROM changes
     WHERE task_id = $1 AND (action = 'skip' OR outcome = 'failed') ORDER BY 1`,
    [taskId],
  );
  return rows.map((row) => row.line);
}

/** The fields that a task left out: `kind/id action: field code`, in the order of kinds and ids. */
export async function problemsOf({ prisma }: Db, taskId: string): Promise<string[]> {
  const lines = await prisma.change.findMany({
    where: { taskId, NOT: { problems: { equals: Prisma.AnyNull } } },
    orderBy: [{ kind: 'asc' }, { externalId: 'asc' }],
  });
  return lines.flatMap(({ kind, externalId, action, problems }) =>
    (problems as unknown as readonly StagedFieldProblem[]).map(
      ({ field, code }) => `${kind}/${externalId ?? '?'} ${action}: ${field} ${code}`,
    ),
  );
}
