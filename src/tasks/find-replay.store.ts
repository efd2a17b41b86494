import type { Tx } from '../platform/db.js';

/** What an idempotency key stood for the first time. */
export async function findReplay(
  tx: Tx,
  given: { readonly owner: string; readonly key: string },
): Promise<{ readonly pushId: string; readonly taskId: string; readonly bodyHash: string } | null> {
  const rows = await tx.$queryRaw<{ pushId: string; taskId: string; bodyHash: string }[]>`
    SELECT k.push_id AS "pushId", k.body_hash AS "bodyHash", COALESCE(p.task_id, queued.id) AS "taskId"
    FROM idempotency_keys k
    JOIN pushes p ON p.id = k.push_id
    LEFT JOIN LATERAL (
      SELECT t.id FROM sync_tasks t
      WHERE t.source_id = p.source_id AND t.mode = 'delta' AND NOT t.dry_run
      ORDER BY (t.status = 'queued') DESC, t.id DESC LIMIT 1
    ) queued ON true
    WHERE k.owner = ${given.owner} AND k.key = ${given.key}`;
  return rows[0] ?? null;
}
