import type { Tx } from '../platform/db.js';
import type { PlanScope } from './target.js';

/** R20: records that would close a cycle are skipped, with the path; the rest of the plan stays. */
export async function skipCycles(tx: Tx, scope: PlanScope): Promise<void> {
  // A skipped move leaves its department where it is, which may close another cycle: look until there is none.
  while ((await skipOnce(tx, scope)) > 0);
}

async function skipOnce(tx: Tx, { taskId, sourceId }: PlanScope): Promise<number> {
  return tx.$executeRaw`
    WITH RECURSIVE moves AS (
      SELECT target_id AS id, (after->>'parentId')::uuid AS parent_id FROM changes
      WHERE task_id = ${taskId}::uuid AND target = 'departments' AND outcome IS NULL
        AND action NOT IN ('skip', 'keep') AND after ? 'parentId'
    ), up (start, id, parent_id, walked, looped) AS (
      SELECT id, id, parent_id, ARRAY[id], false FROM moves WHERE parent_id IS NOT NULL
      UNION ALL
      SELECT up.start, up.parent_id, CASE WHEN m.id IS NOT NULL THEN m.parent_id ELSE d.parent_id END,
             up.walked || up.parent_id, up.parent_id = ANY(up.walked)
      FROM up LEFT JOIN moves m ON m.id = up.parent_id LEFT JOIN departments d ON d.id = up.parent_id
      WHERE up.parent_id IS NOT NULL AND NOT up.looped
    ), cycles AS (
      SELECT start, walked FROM up WHERE looped AND id = start
    ), named AS (
      SELECT cycles.start, string_agg(coalesce(k.external_id, s.external_id), ' → ' ORDER BY at.place) AS path
      FROM cycles, LATERAL unnest(walked) WITH ORDINALITY AS at (id, place)
      LEFT JOIN known_records k ON k.source_id = ${sourceId}::uuid AND k.kind = 'department' AND k.target_id = at.id
      LEFT JOIN staged_records s ON s.task_id = ${taskId}::uuid AND s.kind = 'department' AND s.new_id = at.id
        AND k.target_id IS NULL
      GROUP BY cycles.start
    )
    UPDATE changes c SET action = 'skip', before = NULL, after = NULL, keys = NULL, pending = NULL, code = 'cycle',
      message = 'The department would be its own ancestor: ' || named.path || '. Correct a parent at the source.'
    FROM named
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'departments' AND c.target_id = named.start
      AND c.outcome IS NULL AND c.action <> 'skip'`;
}
