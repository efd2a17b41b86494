import { v7 as uuidv7 } from 'uuid';
import type { HandDecisions } from '../../domain/hand-decisions.js';
import { MANUAL_SOURCE } from '../../domain/manual-source.js';
import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { Ring } from '../life/ring.store.js';

/** What a person edits and decides about one row by hand. */
export interface Edit {
  readonly kind: RecordKind;
  /** The id of the row. */
  readonly id: string;
  /** Fields as in records of the kind, without `uid`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Fields that go back to the values of the sources; a custom field as `attributes.<name>`. */
  readonly released: readonly string[];
  /** Decisions about a user; absent or empty = none. */
  readonly decisions?: HandDecisions;
  readonly requestedBy: string;
}

/** An edit in the inbox. */
export interface QueuedEdit {
  readonly pushId: string;
  /** The task that applies it. */
  readonly taskId: string;
  /** Set if the task is new: call `ringTask` after the commit. */
  readonly ring: Ring | null;
}

/**
 * Stores an edit in the durable inbox of the built-in source (R51) with the delta task that applies it; the first edit
 * creates the source. Part of the caller's transaction. Edits are added to a task that is already queued.
 */
export async function queueEdit(tx: Tx, edit: Edit): Promise<QueuedEdit> {
  await ensureSource(tx);
  const pushId = uuidv7();
  const { kind, id, fields, released, decisions = {}, requestedBy } = edit;
  const more = {
    ...(released.length > 0 ? { released } : {}),
    ...(Object.keys(decisions).length > 0 ? { decisions } : {}),
  };
  const records = JSON.stringify([{ uid: id, ...fields, ...more }]);
  await tx.$executeRaw`
    INSERT INTO pushes (id, source_id, kind, records, record_count, requested_by)
    VALUES (${pushId}::uuid, ${MANUAL_SOURCE.id}::uuid, ${kind}, ${records}::jsonb, 1, ${requestedBy})`;
  // A queued task is locked until the commit, so it applies this edit too.
  const [task] = await tx.$queryRaw<{ taskId: string; ring: number; isNew: boolean }[]>`
    INSERT INTO sync_tasks AS t (id, source_id, trigger, mode, status, ring, rung_at, requested_by)
    VALUES (${uuidv7()}::uuid, ${MANUAL_SOURCE.id}::uuid, 'manual', 'delta', 'queued', 1, now(), ${requestedBy})
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued' DO UPDATE SET pulled = t.pulled
    RETURNING id AS "taskId", ring, xmax = 0 AS "isNew"`;
  if (!task) throw new Error('No task was queued.');
  const { taskId, ring, isNew } = task;
  return { pushId, taskId, ring: isNew ? { taskId, ring } : null };
}

/** Creates the row of the built-in source if it is missing. */
async function ensureSource(tx: Tx): Promise<void> {
  const { id, name, type, title, priority } = MANUAL_SOURCE;
  await tx.$executeRaw`
    INSERT INTO sources (id, name, type, title, config, match_keys, priority, raw_log, redact, updated_at)
    VALUES (${id}::uuid, ${name}, ${type}, ${title}, '{}', '{}', ${priority}, false, '{}', now())
    ON CONFLICT DO NOTHING`;
}
