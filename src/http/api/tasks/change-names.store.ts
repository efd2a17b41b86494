import { Prisma, type Tx } from '../../../platform/db.js';

/** Of which task, and for whom, names are looked up. */
export interface NameScope {
  readonly taskId: string;
  /** The source that the reader is narrowed to; null = none. */
  readonly sourceId: string | null;
}

/**
 * What people call the users and departments of these ids: as they are now, or as the task's plan makes them.
 * For a narrowed reader: as the records of its source call them.
 *
 * @returns names by id; an unknown id, or one without a name, is left out.
 */
export async function findNames(
  tx: Tx,
  { taskId, sourceId }: NameScope,
  ids: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (ids.length === 0) return {};
  const there = sourceId === null ? ROWS : ownNames(sourceId);
  const rows = await tx.$queryRaw<{ id: string; name: string }[]>`
    WITH wanted AS (SELECT DISTINCT unnest(${[...ids]}::uuid[]) AS id), there AS (${there}), planned AS (
      SELECT c.target_id AS id,
             COALESCE(c.after->>'nickname', c.after->>'title', c.after->>'username', c.after->>'email') AS name
      FROM changes c
      WHERE c.task_id = ${taskId}::uuid AND c.action = 'create' AND c.kind IN ('user', 'department')
        AND c.target_id IN (SELECT id FROM wanted EXCEPT SELECT id FROM there)
    )
    SELECT id::text AS id, name FROM (TABLE there UNION ALL TABLE planned) named WHERE name IS NOT NULL`;
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}

const ROWS = Prisma.sql`
  SELECT u.id, COALESCE(u.nickname, u.username, u.email) AS name FROM users u JOIN wanted USING (id)
  UNION ALL
  SELECT d.id, d.title FROM departments d JOIN wanted USING (id)`;

/** Of several records of the source that had a row, the one that has it, else the last. */
function ownNames(sourceId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT DISTINCT ON (k.target_id) k.target_id AS id,
           CASE k.kind WHEN 'user' THEN COALESCE(k.data->>'nickname', k.data->>'username', k.data->>'email')
                       WHEN 'department' THEN k.data->>'title' END AS name
    FROM known_records k JOIN wanted ON wanted.id = k.target_id
    WHERE k.source_id = ${sourceId}::uuid
    ORDER BY k.target_id, k.removed_at DESC NULLS FIRST, k.external_id`;
}
