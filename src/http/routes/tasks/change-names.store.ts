import type { Tx } from '../../../platform/db.js';

/**
 * What people call the users and departments of these ids: as they are now, or as the task's plan makes them.
 * @returns names by id; an id that is nobody's, or has no name, is left out.
 */
export async function findNames(
  tx: Tx,
  taskId: string,
  ids: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (ids.length === 0) return {};
  const rows = await tx.$queryRaw<{ id: string; name: string }[]>`
    WITH wanted AS (SELECT DISTINCT unnest(${[...ids]}::uuid[]) AS id), there AS (
      SELECT u.id, COALESCE(u.nickname, u.username, u.email) AS name FROM users u JOIN wanted USING (id)
      UNION ALL
      SELECT d.id, d.title FROM departments d JOIN wanted USING (id)
    ), planned AS (
      SELECT c.target_id AS id,
             COALESCE(c.after->>'nickname', c.after->>'title', c.after->>'username', c.after->>'email') AS name
      FROM changes c
      WHERE c.task_id = ${taskId}::uuid AND c.action = 'create' AND c.kind IN ('user', 'department')
        AND c.target_id IN (SELECT id FROM wanted EXCEPT SELECT id FROM there)
    )
    SELECT id::text AS id, name FROM (TABLE there UNION ALL TABLE planned) named WHERE name IS NOT NULL`;
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}
