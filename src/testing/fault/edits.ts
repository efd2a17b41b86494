import { MANUAL_SOURCE } from '../../domain/manual-source.js';
import type { RecordKind } from '../../domain/record.js';
import { type Db, inTransaction } from '../../platform/db.js';
import { queueEdit } from '../../tasks/inbox/queue-edit.store.js';
import { ringTask } from '../../tasks/life/ring.store.js';
import type { KillLane, SeededSource } from './kill-lane.js';
import { snapshot } from './people.js';

/** How many people of a seeded source are edited, each in an edit of its own. */
export const EDITED = 25;

/** Edits that were stored together, and the task that applies them. */
export interface StoredEdits {
  readonly taskId: string;
  readonly pushIds: readonly string[];
}

/** Stores an edit of the title of the first people and of a department of a source, as the API does, and rings. */
export async function editTitles(lane: KillLane, source: SeededSource, title: string): Promise<StoredEdits> {
  const { deps } = lane.world.tasks;
  const rows = await editedRows(lane.world.database.db, source);
  const edits = await inTransaction(deps.db, async (tx) => {
    const stored = [];
    for (const { kind, id } of rows)
      stored.push(await queueEdit(tx, { kind, id, fields: { title }, released: [], requestedBy: 'test' }));
    return stored;
  });
  const [first] = edits;
  if (!first?.ring) throw new Error('The edits joined a task of another test.');
  await ringTask(deps, first.ring);
  return { taskId: first.taskId, pushIds: edits.map(({ pushId }) => pushId) };
}

interface EditedRow {
  readonly kind: RecordKind;
  readonly id: string;
}

async function editedRows({ pool }: Db, { id }: SeededSource): Promise<readonly EditedRow[]> {
  const { rows } = await pool.query<EditedRow>(
    `(SELECT kind, target_id AS id FROM known_records
      WHERE source_id = $1 AND kind = 'user' ORDER BY external_id LIMIT $2)
     UNION ALL
     SELECT kind, target_id FROM known_records WHERE source_id = $1 AND kind = 'department' AND external_id = 'board'`,
    [id, EDITED],
  );
  if (rows.length !== EDITED + 1) throw new Error(`There are ${rows.length} rows to edit.`);
  return rows;
}

/** The titles of the edited rows: the department, then the people. */
export async function editedTitles({ pool }: Db, { id }: SeededSource): Promise<readonly string[]> {
  const { rows } = await pool.query<{ title: string }>(
    `SELECT coalesce(u.title, d.title) AS title FROM known_records k
     LEFT JOIN users u ON k.kind = 'user' AND u.id = k.target_id
     LEFT JOIN departments d ON k.kind = 'department' AND d.id = k.target_id
     WHERE k.source_id = $1 AND k.target_id IN (SELECT target_id FROM known_records WHERE source_id = $2)
     ORDER BY k.kind, k.external_id`,
    [id, MANUAL_SOURCE.id],
  );
  return rows.map(({ title }) => title);
}

/** Everything that was made of a source and of edits of its rows: the same for two sources with the same records. */
export async function editedState(db: Db, { id }: SeededSource): Promise<unknown> {
  const edits = await db.pool.query(
    `SELECT e.kind, k.external_id AS uid, e.data, e.removed_at IS NOT NULL AS gone
     FROM known_records e
     JOIN known_records k ON k.kind = e.kind AND k.target_id = e.target_id AND k.source_id = $1
     WHERE e.source_id = $2 ORDER BY 1, 2`,
    [id, MANUAL_SOURCE.id],
  );
  return { rows: await snapshot(db, id), edits: edits.rows };
}
