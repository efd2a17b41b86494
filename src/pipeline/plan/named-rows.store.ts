import { DEPARTMENT, type RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * The rows of a kind, by id, to which edits by hand refer and which exist or are created by this plan (R51). A removed
 * department cannot be a parent; a user who is not in force can stay a manager.
 */
export async function findNamedRows(
  tx: Tx,
  { task, targets }: RunContext,
  kind: RecordKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const target = targets.ofKind(kind);
  if (ids.length === 0 || !target) return new Map();
  const rows = await target.findByIds(tx, ids);
  if (kind !== DEPARTMENT) return new Map(rows.map(({ id }) => [id, id]));
  const there = rows.filter((row) => row.fields['removed'] !== true).map(({ id }) => id);
  const leaving = await tx.$queryRaw<{ id: string }[]>`
    SELECT target_id AS id FROM changes
    WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND target_id = ANY(${there}::uuid[]) AND action = 'remove'
      AND (code = 'delete' OR after @> ${JSON.stringify(target.removed)}::jsonb)`;
  const gone = new Set(leaving.map(({ id }) => id));
  return new Map(there.filter((id) => !gone.has(id)).map((id) => [id, id]));
}
