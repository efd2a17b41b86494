import { LINK_MOVED } from '../../domain/change.js';
import type { Fields } from '../../domain/fields.js';
import type { DoneToRow } from '../../domain/decide-undo.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { DerivedTarget, RecordTarget, Target } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import type { PageRange } from './in-pages.js';

/** A derived target whose rows have an identity. */
export type UndoableTarget = DerivedTarget & { readonly undo: NonNullable<DerivedTarget['undo']> };

/** Deletes the work list of an earlier attempt. */
export async function clearUndoList(tx: Tx, { task }: RunContext): Promise<void> {
  await tx.$executeRaw`DELETE FROM staged_records WHERE task_id = ${task.id}::uuid`;
}

/**
 * The applied lines of a target of the task to undo, in order, without rows that this task undid already. They are
 * ordered by id: lines of a later attempt have higher ids.
 */
function doneLines({ task }: RunContext, { name }: Target): Prisma.Sql {
  return Prisma.sql`
    SELECT c.* FROM changes c
    JOIN sync_tasks t ON t.id = c.task_id
    WHERE c.task_id = ${task.undoes}::uuid AND c.target = ${name}
      AND change_outcome(c, t) = 'applied'
      AND c.external_id IS NOT NULL AND c.target_id IS NOT NULL`;
}

/** Adds the rows that the task wrote to the work list, with all its changes to each. */
export async function collectRows(tx: Tx, context: RunContext, target: RecordTarget): Promise<void> {
  await tx.$executeRaw`
    WITH done AS (${doneLines(context, target)}
    ), folded AS (
      SELECT external_id, target_id,
             array_agg(action ORDER BY id) AS actions, array_agg(code ORDER BY id) AS codes,
             array_agg(before ORDER BY id DESC) AS befores, array_agg(after ORDER BY id) AS afters,
             array_agg(known ORDER BY id) AS knowns
      FROM done GROUP BY external_id, target_id
    )
    INSERT INTO staged_records (task_id, kind, external_id, seq, state, new_id, data)
    SELECT ${context.task.id}::uuid, ${target.kind}, f.external_id, 0, 'undo', f.target_id, jsonb_build_object(
      'first', f.actions[1], 'last', f.actions[cardinality(f.actions)],
      'moved', ${LINK_MOVED} = ANY(f.codes),
      'deleted', f.codes[cardinality(f.codes)] IS NOT DISTINCT FROM 'delete',
      'before', coalesce((SELECT jsonb_object_agg(e.key, e.value ORDER BY b.place)
                          FROM unnest(f.befores) WITH ORDINALITY AS b (fields, place), jsonb_each(b.fields) e), '{}'),
      'after', coalesce((SELECT jsonb_object_agg(e.key, e.value ORDER BY a.place)
                         FROM unnest(f.afters) WITH ORDINALITY AS a (fields, place), jsonb_each(a.fields) e), '{}'),
      'known', CASE WHEN f.actions[1] NOT IN ('create', 'link')
                    THEN (SELECT k.data FROM unnest(f.knowns) WITH ORDINALITY AS k (data, place)
                          WHERE k.data IS NOT NULL ORDER BY k.place LIMIT 1) END)
    FROM folded f
    WHERE NOT EXISTS (SELECT 1 FROM changes undone WHERE undone.task_id = ${context.task.id}::uuid
                      AND undone.target = ${target.name} AND undone.external_id = f.external_id
                      AND undone.target_id = f.target_id AND undone.outcome = 'applied')
    ON CONFLICT DO NOTHING`;
}

/**
 * Adds the records to the work list from which the task moved the link of a row to another record (R10): they have no
 * line of their own. Not those that a later task changed.
 */
export async function collectFormer(tx: Tx, context: RunContext, target: RecordTarget): Promise<void> {
  const { task, scope } = context;
  await tx.$executeRaw`
    WITH done AS (${doneLines(context, target)})
    INSERT INTO staged_records (task_id, kind, external_id, seq, state, new_id, data)
    SELECT ${task.id}::uuid, ${target.kind}, k.external_id, 0, 'undo', k.target_id,
           '{"first": "remove", "last": "remove", "moved": true, "deleted": false, "before": {}, "after": {}, "known": null}'
    FROM done d
    JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = ${target.kind}
      AND k.target_id = d.target_id AND k.external_id <> d.external_id
      AND k.task_id = ${task.undoes}::uuid AND k.removed_at IS NOT NULL
    WHERE d.action = 'link' AND d.code = ${LINK_MOVED}
    ON CONFLICT DO NOTHING`;
}

/**
 * A link moves back only if both records are as the task left them: if one of them is skipped, so is the other.
 * Touches the task's own plan.
 */
export async function skipHalfMoves(tx: Tx, { task }: RunContext, { name }: RecordTarget): Promise<void> {
  await tx.$executeRaw`
    UPDATE changes c SET action = 'skip', code = half.code, message = half.message, before = NULL, after = NULL,
      keys = NULL
    FROM changes half
    WHERE c.task_id = ${task.id}::uuid AND c.target = ${name} AND c.code = ${LINK_MOVED} AND c.outcome IS NULL
      AND half.task_id = c.task_id AND half.target = c.target AND half.target_id = c.target_id
      AND half.external_id <> c.external_id AND half.action = 'skip' AND half.outcome IS NULL`;
}

/** The same for derived rows; a row is identified by the target's `identity`. */
export async function collectDerived(tx: Tx, context: RunContext, target: UndoableTarget): Promise<void> {
  const identity = [...target.undo.identity];
  await tx.$executeRaw`
    WITH done AS (${doneLines(context, target)}
    ), named AS (
      SELECT d.*, (SELECT jsonb_object_agg(i.name, coalesce(d.after, d.before)->i.name)
                   FROM unnest(${identity}::text[]) AS i (name)) AS identity
      FROM done d
    ), folded AS (
      SELECT external_id, target_id, identity, array_agg(before ORDER BY id) AS befores,
             array_agg(after ORDER BY id DESC) AS afters
      FROM named GROUP BY external_id, target_id, identity
    )
    INSERT INTO staged_records (task_id, kind, external_id, seq, state, new_id, data)
    SELECT ${context.task.id}::uuid, ${target.kind}, md5(f.external_id || f.identity::text), 0, 'undo', f.target_id,
           jsonb_build_object('owner', f.external_id, 'identity', f.identity, 'before', f.befores[1],
                              'after', f.afters[1])
    FROM folded f
    WHERE f.befores[1] IS DISTINCT FROM f.afters[1]
      AND NOT EXISTS (SELECT 1 FROM changes undone WHERE undone.task_id = ${context.task.id}::uuid
                      AND undone.target = ${target.name} AND undone.external_id = f.external_id
                      AND undone.outcome = 'applied' AND coalesce(undone.after, undone.before) @> f.identity)
    ON CONFLICT DO NOTHING`;
}

/** A row on the work list, and the source's current link to it. */
export interface UndoItem {
  readonly externalId: string;
  readonly targetId: string;
  readonly data: Omit<DoneToRow, 'externalId' | 'targetId'> & {
    /** The known record before the task; null = none, or the task did not change it. */
    readonly known: Fields | null;
  };
  readonly link: { readonly ended: boolean; readonly changedSince: boolean } | null;
  /** The current known record, which an undo of this task would restore. */
  readonly knownNow: Fields | null;
}

/** The next rows to undo. */
export async function nextRows(
  tx: Tx,
  { task, scope }: RunContext,
  { kind }: RecordTarget,
  { after, limit }: PageRange,
): Promise<readonly UndoItem[]> {
  return tx.$queryRaw<UndoItem[]>`
    SELECT s.external_id AS "externalId", s.new_id AS "targetId", s.data, k.data AS "knownNow",
           CASE WHEN k.target_id = s.new_id
                THEN jsonb_build_object('ended', k.removed_at IS NOT NULL,
                                        'changedSince', k.applied_at > coalesce(t.finished_at, now()) OR EXISTS (
                                          -- Another record of the source has the row now (R10).
                                          SELECT 1 FROM known_records rival
                                          WHERE rival.target_id = k.target_id AND rival.source_id = k.source_id
                                            AND rival.kind = k.kind AND rival.external_id <> k.external_id
                                            AND rival.removed_at IS NULL
                                            -- Unless this undo ends that link.
                                            AND NOT EXISTS (
                                              SELECT 1 FROM staged_records own
                                              WHERE own.task_id = s.task_id AND own.kind = s.kind
                                                AND own.external_id = rival.external_id
                                                AND own.new_id = rival.target_id
                                                AND own.data->'moved' = 'true'))) END AS link
    FROM staged_records s
    LEFT JOIN sync_tasks t ON t.id = ${task.undoes}::uuid
    LEFT JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind
      AND k.external_id = s.external_id
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id > ${after}
    ORDER BY s.external_id
    LIMIT ${limit}`;
}

/** A derived row on the work list, and whether its owner's record changed since. */
export interface DerivedUndoItem {
  readonly externalId: string;
  readonly targetId: string;
  readonly data: {
    readonly owner: string;
    readonly identity: Fields;
    readonly before: Fields | null;
    readonly after: Fields | null;
  };
  readonly ownerChangedSince: boolean;
}

/** The next derived rows to undo. */
export async function nextDerived(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, accepts }: UndoableTarget,
  { after, limit }: PageRange,
): Promise<readonly DerivedUndoItem[]> {
  return tx.$queryRaw<DerivedUndoItem[]>`
    SELECT s.external_id AS "externalId", s.new_id AS "targetId", s.data,
           coalesce(bool_or(k.applied_at > coalesce(t.finished_at, now())), false) AS "ownerChangedSince"
    FROM staged_records s
    LEFT JOIN sync_tasks t ON t.id = ${task.undoes}::uuid
    LEFT JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = ANY(${[...accepts]}::text[])
      AND k.external_id = s.data->>'owner'
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id > ${after}
    GROUP BY s.task_id, s.kind, s.external_id
    ORDER BY s.external_id
    LIMIT ${limit}`;
}
