import type { StagedFieldProblem } from '../../domain/field-problem.js';
import type { RecordKind } from '../../domain/record.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import type { PageRange } from './in-pages.js';
import { findLaterTasks, ownRow } from './plan-fragments.store.js';

/** A record of the work list with its known data. */
export interface WorkItem {
  readonly externalId: string;
  readonly state: 'present' | 'unchanged' | 'unseen';
  /** The fields of the read; null if nothing changed. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly newId: string | null;
  readonly matched: boolean;
  /** The fields that the source supplied before. */
  readonly known: Readonly<Record<string, unknown>> | null;
  readonly knownId: string | null;
  readonly ended: boolean;
  /** The record whose link to the row this task moves to this one (R10); null = none. */
  readonly movedFrom: string | null;
  /** The row had the link of another record, whose derived rows may still exist. */
  readonly takesOver: boolean;
  /** Fields that the read left out; null = none. */
  readonly problems: readonly StagedFieldProblem[] | null;
}

/** The next records to compare, in order of their ids. */
export async function nextRecords(
  tx: Tx,
  context: RunContext,
  kind: RecordKind,
  { after, limit }: PageRange,
): Promise<readonly WorkItem[]> {
  const { task, scope } = context;
  return tx.$queryRaw<WorkItem[]>`
    SELECT s.external_id AS "externalId", s.state, s.data, s.new_id AS "newId", s.matched, k.data AS known,
           k.target_id AS "knownId", k.removed_at IS NOT NULL AS ended, s.problems,
           former.live AS "movedFrom", former.external_id IS NOT NULL AS "takesOver"
    FROM staged_records s
    LEFT JOIN LATERAL (
      -- Fenced off, so that each record is looked up by its whole key: without statistics the planner takes half of it.
      SELECT data, ${ownRow(context)} AS target_id, removed_at, task_id FROM known_records k
      WHERE k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind AND k.external_id = s.external_id
      OFFSET 0) k ON true
    LEFT JOIN LATERAL (
      -- Only for records that found a row by a match key, in this attempt of the task or an earlier one.
      SELECT f.external_id, CASE WHEN f.removed_at IS NULL THEN f.external_id END AS live FROM known_records f
      WHERE (s.matched OR k.task_id = ${task.id}::uuid) AND f.target_id = coalesce(k.target_id, s.new_id)
        AND f.source_id = ${scope.sourceId}::uuid AND f.kind = s.kind AND f.external_id <> s.external_id
        AND (f.removed_at IS NULL OR ${isBroken(Prisma.sql`f.task_id`)})
      ORDER BY f.removed_at IS NOT NULL, f.external_id LIMIT 1) former ON true
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id > ${after}
      AND (s.state = 'present' OR (s.recheck AND s.state IN ('unchanged', 'unseen') AND k.removed_at IS NULL
                                   AND k.target_id IS NOT NULL))
    ORDER BY s.external_id
    LIMIT ${limit}`;
}

/** A record of the work list that is saved differently from what was read. */
export interface MergedRecord {
  readonly externalId: string;
  /** Instead of the fields that were read. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** All field problems of the record; absent = unchanged. */
  readonly problems?: readonly StagedFieldProblem[];
}

/** Writes the merged fields of a page's records of which parts were left out. Idempotent. */
export async function saveMerged(
  tx: Tx,
  { task }: RunContext,
  kind: RecordKind,
  merged: readonly MergedRecord[],
): Promise<void> {
  if (merged.length === 0) return;
  await tx.$executeRaw`
    UPDATE staged_records s SET data = s.data || m.fields, problems = coalesce(m.problems, s.problems)
    FROM jsonb_to_recordset(${JSON.stringify(merged)}::jsonb) AS m ("externalId" text, fields jsonb, problems jsonb)
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id = m."externalId"`;
}

/** A linked record that is gone. */
export interface GoneItem {
  readonly externalId: string;
  readonly targetId: string;
  /** An interrupted task ended the link already: only its derived rows have to be planned. */
  readonly ended: boolean;
  /** Its row moves to another record of this task (R10) and is not removed. */
  readonly moved: boolean;
  /** Fields that the read left out; null = none. */
  readonly problems: readonly StagedFieldProblem[] | null;
}

/** A task that did not end as succeeded or partial, this one included. */
export function isBroken(taskId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT 1 FROM sync_tasks broken WHERE broken.id = ${taskId} AND broken.status NOT IN ('succeeded', 'partial'))`;
}

/**
 * The next linked records that the source deleted or no longer lists, and those whose link was ended by an interrupted
 * task: their derived rows (memberships) may still exist, unless another record of the source has the row by now.
 */
export async function nextGone(
  tx: Tx,
  { task, scope }: RunContext,
  kind: RecordKind,
  { after, limit }: PageRange,
): Promise<readonly GoneItem[]> {
  return tx.$queryRaw<GoneItem[]>`
    SELECT s.external_id AS "externalId", k.target_id AS "targetId", k.removed_at IS NOT NULL AS ended,
           EXISTS (SELECT 1 FROM staged_records m
                   WHERE m.task_id = ${task.id}::uuid AND m.kind = ${kind} AND m.new_id = k.target_id AND m.matched
                     AND m.state = 'present') AS moved,
           s.problems
    FROM staged_records s
    CROSS JOIN LATERAL (
      -- Fenced off, as in nextRecords.
      SELECT source_id, kind, target_id, removed_at, task_id FROM known_records k
      WHERE k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind AND k.external_id = s.external_id
      OFFSET 0) k
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.state IN ('tombstone', 'absent')
      AND (k.removed_at IS NULL OR (${isBroken(Prisma.sql`k.task_id`)} AND NOT EXISTS (
        SELECT 1 FROM known_records heir WHERE heir.target_id = k.target_id AND heir.source_id = k.source_id
          AND heir.kind = k.kind AND heir.removed_at IS NULL)))
      AND s.external_id > ${after}
    ORDER BY s.external_id
    LIMIT ${limit}`;
}

/**
 * Marks linked records that are not in a complete read as gone on the work list, also those that are on it only to be
 * compared again. Not those that a later task changed, nor those that the source reported as changed since the read
 * began: the read may have missed them because they moved, and the delta of the hint reads them (R47). @returns their
 * number.
 */
export async function markAbsent(tx: Tx, context: RunContext, kind: RecordKind): Promise<number> {
  const { task, scope } = context;
  const later = await findLaterTasks(tx, context);
  return tx.$executeRaw`
    INSERT INTO staged_records AS listed (task_id, kind, external_id, seq, state)
    SELECT t.id, k.kind, k.external_id, 0, 'absent'
    FROM known_records k
    JOIN sync_tasks t ON t.id = ${task.id}::uuid
    LEFT JOIN staged_records s ON s.task_id = t.id AND s.kind = k.kind AND s.external_id = k.external_id
    WHERE k.source_id = ${scope.sourceId}::uuid AND k.kind = ${kind}
      AND (k.removed_at IS NULL OR ${isBroken(Prisma.sql`k.task_id`)})
      AND (s.external_id IS NULL OR s.state = 'unseen') AND NOT (k.applied_at > t.read_started_at AND k.task_id <> t.id)
      AND NOT EXISTS (SELECT 1 FROM staged_records newer
                      WHERE newer.task_id = ANY(${later}::uuid[]) AND newer.kind = k.kind
                        AND newer.external_id = k.external_id AND newer.state IN ('present', 'unchanged'))
      AND NOT EXISTS (SELECT 1 FROM hints h
                      WHERE h.source_id = k.source_id AND h.kind = k.kind AND h.external_id = k.external_id
                        AND h.received_at >= t.read_started_at)
    ON CONFLICT (task_id, kind, external_id) DO UPDATE SET state = 'absent' WHERE listed.state = 'unseen'`;
}

/** The result of the read for a kind, and which of its records the plan has to process. */
export interface KindSurvey extends ReadQuality {
  readonly kind: RecordKind;
  /** Ids that the source lists more than once with different content. */
  readonly twins: boolean;
  /** Records have match keys of their own. */
  readonly keyed: boolean;
  /** A record is gone. */
  readonly gone: boolean;
  /** A record changed, or a record that it refers to. */
  readonly moved: boolean;
  /** The read reported ids as present without content. */
  readonly marked: boolean;
}

/** Reads the whole work list once. @returns one survey for each kind, in order. */
export async function surveyKinds(
  tx: Tx,
  { task }: RunContext,
  kinds: readonly RecordKind[],
): Promise<readonly KindSurvey[]> {
  return tx.$queryRaw<KindSurvey[]>`
    SELECT k.kind, t.complete ? k.kind AS complete, coalesce(listed.seen, 0) AS seen,
           coalesce(problems.invalid, 0) AS invalid, coalesce(problems.nameless, 0) AS nameless,
           coalesce(listed.twins, false) AS twins, coalesce(listed.keyed, false) AS keyed,
           coalesce(listed.gone, false) AS gone, coalesce(listed.moved, false) AS moved,
           coalesce(listed.marked, false) AS marked
    FROM sync_tasks t
    CROSS JOIN unnest(${kinds}::text[]) WITH ORDINALITY AS k (kind, place)
    LEFT JOIN (
      SELECT kind, count(*) FILTER (WHERE state NOT IN ('absent', 'unseen'))::int AS seen,
             bool_or(duplicate) AS twins, bool_or(match_keys <> '{}') AS keyed,
             bool_or(state IN ('tombstone', 'absent')) AS gone, bool_or(recheck OR state = 'present') AS moved,
             bool_or(state = 'unchanged' AND hash IS NULL) AS marked
      FROM staged_records WHERE task_id = ${task.id}::uuid GROUP BY kind
    ) listed ON listed.kind = k.kind
    LEFT JOIN (
      SELECT kind, count(*)::int AS invalid, count(*) FILTER (WHERE external_id IS NULL)::int AS nameless
      FROM staged_problems WHERE task_id = ${task.id}::uuid GROUP BY kind
    ) problems ON problems.kind = k.kind
    WHERE t.id = ${task.id}::uuid
    ORDER BY k.place`;
}

/** Adds records to the work list that wait for a record of this task (R20, R23) or for a value (R12). */
export async function recheckWaiting(tx: Tx, { task, scope, targets }: RunContext): Promise<void> {
  const values = targets.records().flatMap((target) => target.waitingAgain?.(scope) ?? []);
  const waiting = values.map((query) => Prisma.sql`UNION SELECT v.kind, v.external_id FROM (${query}) v`);
  await tx.$executeRaw`
    INSERT INTO staged_records AS s (task_id, kind, external_id, seq, state, recheck)
    SELECT ${task.id}::uuid, again.kind, again.external_id, 0, 'unseen', true
    FROM (
      SELECT p.kind, p.external_id
      FROM pending_references p
      LEFT JOIN staged_records wanted ON wanted.task_id = ${task.id}::uuid AND wanted.kind = p.wanted_kind
        AND wanted.external_id = p.wanted_external_id AND wanted.state = 'present'
      LEFT JOIN known_records k ON k.source_id = p.source_id AND k.kind = p.wanted_kind
        AND k.external_id = p.wanted_external_id AND k.removed_at IS NULL
      WHERE p.source_id = ${scope.sourceId}::uuid
        AND (wanted.external_id IS NOT NULL OR k.external_id IS NOT NULL)
      ${waiting.length === 0 ? Prisma.sql`GROUP BY 1, 2` : Prisma.join(waiting, ' ')}
    ) again
    ON CONFLICT (task_id, kind, external_id) DO UPDATE SET recheck = true`;
}

/** Adds the records of these rows to the work list, because a record that they refer to is removed. */
export async function recheckRows(
  tx: Tx,
  { task, scope }: RunContext,
  kind: RecordKind,
  targetIds: readonly string[],
): Promise<void> {
  if (targetIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO staged_records AS s (task_id, kind, external_id, seq, state, recheck)
    SELECT ${task.id}::uuid, k.kind, k.external_id, 0, 'unseen', true
    FROM known_records k
    WHERE k.target_id = ANY(${targetIds}::uuid[]) AND k.source_id = ${scope.sourceId}::uuid AND k.kind = ${kind}
      AND k.removed_at IS NULL
    ON CONFLICT (task_id, kind, external_id) DO UPDATE SET recheck = true`;
}

/**
 * External id → target id of the referenced records that exist, or are created by this plan. Rows whose link ended
 * under the policy `keep` still exist (R14), and so do protected ones (R11).
 */
export async function resolveReferences(
  tx: Tx,
  context: RunContext,
  kind: RecordKind,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (externalIds.length === 0) return new Map();
  const { task, scope, source } = context;
  const rows = await tx.$queryRaw<{ externalId: string; id: string }[]>`
    SELECT w.external_id AS "externalId",
           CASE WHEN s.state = 'present' THEN coalesce(${ownRow(context)}, s.new_id) ELSE k.target_id END AS id
    FROM unnest(${externalIds}::text[]) AS w (external_id)
    LEFT JOIN staged_records s ON s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id = w.external_id
    LEFT JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = ${kind}
      AND k.external_id = w.external_id
    WHERE (s.state = 'present' AND coalesce(k.target_id, s.new_id) IS NOT NULL)
       OR (k.target_id IS NOT NULL AND k.removed_at IS NULL
           AND (s.state IS NULL OR s.state NOT IN ('tombstone', 'absent') OR w.external_id IN (
             SELECT external_id FROM changes
             WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND action = 'skip' AND code = 'protected')))
       OR (k.target_id IS NOT NULL AND ${source.removal === 'keep'})`;
  return new Map(rows.map((row) => [row.externalId, row.id]));
}

/** The result of the read for a kind, for the decision about absent records. */
export interface ReadQuality {
  readonly complete: boolean;
  readonly seen: number;
  readonly invalid: number;
  readonly nameless: number;
}

/** Counts it again. */
export async function readQuality(tx: Tx, { task }: RunContext, kind: RecordKind): Promise<ReadQuality> {
  const [row] = await tx.$queryRaw<ReadQuality[]>`
    SELECT (SELECT complete ? ${kind} FROM sync_tasks WHERE id = ${task.id}::uuid) AS complete,
      (SELECT count(*)::int FROM staged_records WHERE task_id = ${task.id}::uuid AND kind = ${kind}
        AND state NOT IN ('absent', 'unseen')) AS seen,
      (SELECT count(*)::int FROM staged_problems WHERE task_id = ${task.id}::uuid AND kind = ${kind}) AS invalid,
      (SELECT count(*)::int FROM staged_problems WHERE task_id = ${task.id}::uuid AND kind = ${kind}
        AND external_id IS NULL) AS nameless`;
  return row ?? { complete: false, seen: 0, invalid: 0, nameless: 0 };
}
