import type { Decision } from '../../domain/decide-change.js';
import type { StagedFieldProblem } from '../../domain/field-problem.js';
import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { PendingReference, TargetReference } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { findLaterTasks } from './plan-fragments.store.js';

/** A line of a plan as it is stored. */
export interface StoredDecision extends Decision {
  /** Unique values that it claims, in compared form: field → key or null. */
  readonly keys: Readonly<Record<string, string | null>> | null;
  readonly pending: readonly PendingReference[];
  /** The known record before the line, for an undo; absent if the line does not change it. */
  readonly known?: Readonly<Record<string, unknown>> | null;
  /** Fields of the record that are left out; null or absent = none. */
  readonly problems?: readonly StagedFieldProblem[] | null;
}

/** The position of lines in the order of applying. */
export interface ChangePlace {
  readonly target: string;
  readonly rank: number;
}

/** Adds a page of lines to the plan. */
export async function addChanges(
  tx: Tx,
  { task }: RunContext,
  { target, rank }: ChangePlace,
  lines: readonly StoredDecision[],
): Promise<void> {
  if (lines.length === 0) return;
  const given = lines.map((line) => (line.pending.length > 0 ? line : { ...line, pending: null }));
  // One JSON text is much faster than arrays, whose elements the driver escapes one by one. Not COPY: if a worker loses
  // its connection during a COPY, its locks stay, because PostgreSQL waits for the rows without a limit.
  await tx.$executeRaw`
    INSERT INTO changes (task_id, rank, target, kind, external_id, target_id, action, before, after, keys, pending,
                         version, known, problems, code, message, origin)
    SELECT ${task.id}::uuid, ${rank}, ${target}, r.kind, r."externalId", r."targetId", r.action,
           r.before, r.after, r.keys, r.pending, r.version, r.known, r.problems, r.code, r.message, r.origin
    FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS r (
      kind text, "externalId" text, "targetId" uuid, action text, before jsonb, after jsonb, keys jsonb,
      pending jsonb, version int, known jsonb, problems jsonb, code text, message text, origin uuid)`;
}

/** Adds lines for the problems of the read (R7), and for ids that it had twice with different content (R6). */
export async function addReadProblems(
  tx: Tx,
  { task }: RunContext,
  kind: RecordKind,
  { target, rank }: ChangePlace,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO changes (task_id, rank, target, kind, external_id, action, code, message, origin)
    SELECT task_id, ${rank}, ${target}, kind, external_id, 'skip', code, message, origin
    FROM staged_problems WHERE task_id = ${task.id}::uuid AND kind = ${kind}
    ORDER BY seq`;
  await tx.$executeRaw`
    WITH twins AS (
      UPDATE staged_records SET state = 'skipped'
      WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND duplicate RETURNING external_id
    )
    INSERT INTO changes (task_id, rank, target, kind, external_id, action, code, message)
    SELECT ${task.id}::uuid, ${rank}, ${target}, ${kind}, external_id, 'skip', 'duplicate_id',
           'The source lists this id more than once with different content; its last known state stands.'
    FROM twins ORDER BY external_id`;
}

/**
 * Adds a line for each id that the read reported as present without content and that has no link: its record was not
 * used. Not for ids that have a line already or that a later task decided (R47).
 */
export async function addUnreadMarks(
  tx: Tx,
  context: RunContext,
  kind: RecordKind,
  { target, rank }: ChangePlace,
): Promise<void> {
  const { task, scope } = context;
  const later = await findLaterTasks(tx, context);
  await tx.$executeRaw`
    INSERT INTO changes (task_id, rank, target, kind, external_id, action, code, message)
    SELECT ${task.id}::uuid, ${rank}, ${target}, ${kind}, s.external_id, 'skip', 'not_read',
           'The source lists this id but did not send its record. Run a full sync.'
    FROM staged_records s JOIN sync_tasks t ON t.id = s.task_id
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.state = 'unchanged' AND s.hash IS NULL
      AND NOT EXISTS (SELECT 1 FROM known_records k
                      WHERE k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind
                        AND k.external_id = s.external_id
                        AND (k.removed_at IS NULL OR (k.applied_at > t.read_started_at AND k.task_id <> t.id)))
      AND NOT EXISTS (SELECT 1 FROM staged_records newer
                      WHERE newer.task_id = ANY(${later}::uuid[]) AND newer.kind = s.kind
                        AND newer.external_id = s.external_id)
      AND NOT EXISTS (SELECT 1 FROM changes c
                      WHERE c.task_id = s.task_id AND c.kind = s.kind AND c.external_id = s.external_id)
    ORDER BY s.external_id`;
}

/** Adds lines for records of kinds without a target; they have no position in the order of applying. */
export async function addOrphanProblems(tx: Tx, { task, targets }: RunContext): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO changes (task_id, rank, target, kind, external_id, action, code, message, origin)
    SELECT task_id, 0, kind, kind, external_id, 'skip', code, message, origin
    FROM staged_problems WHERE task_id = ${task.id}::uuid AND kind <> ALL(${[...targets.kinds()]}::text[])
    ORDER BY seq`;
}

/**
 * Handles lines that were skipped after their page was planned: rows derived from them are skipped too, and references
 * to rows that are not created wait for them. A record with one bad and one usable line is not skipped.
 */
export async function followSkipped(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, references, derived }: SkippedFollowUp,
): Promise<void> {
  const skipped = await tx.$executeRaw`
    UPDATE staged_records s SET state = 'skipped'
    FROM changes c
    WHERE c.task_id = ${task.id}::uuid AND c.kind = ${kind} AND c.action = 'skip'
      AND s.task_id = c.task_id AND s.kind = c.kind AND s.external_id = c.external_id AND s.state = 'present'
      AND NOT EXISTS (SELECT 1 FROM changes good WHERE good.task_id = c.task_id AND good.kind = c.kind
                      AND good.external_id = c.external_id AND good.action <> 'skip' AND good.outcome IS NULL)`;
  if (skipped === 0) return;
  await tx.$executeRaw`
    DELETE FROM changes d USING staged_records s
    WHERE d.task_id = ${task.id}::uuid AND d.target = ANY(${derived}::text[]) AND d.outcome IS NULL
      AND s.task_id = d.task_id AND s.kind = ${kind} AND s.external_id = d.external_id AND s.state = 'skipped'`;
  for (const { field, column } of references.filter((reference) => reference.kind === kind)) {
    await tx.$executeRaw`
      UPDATE changes c SET
        after = c.after || jsonb_build_object(${column}::text, NULL),
        pending = coalesce(c.pending, '[]') || jsonb_build_array(
          jsonb_build_object('field', ${field}::text, 'kind', ${kind}::text, 'externalId', s.external_id))
      FROM staged_records s
      WHERE c.task_id = ${task.id}::uuid AND c.kind = ${kind} AND c.outcome IS NULL AND c.after ? ${column}
        AND s.task_id = c.task_id AND s.kind = ${kind} AND s.state = 'skipped'
        AND s.new_id = (c.after->>${column})::uuid
        AND NOT EXISTS (SELECT 1 FROM known_records k WHERE k.source_id = ${scope.sourceId}::uuid
                        AND k.kind = ${kind} AND k.external_id = s.external_id AND k.removed_at IS NULL)`;
  }
}

/** The targets and references that depend on the records of a kind. */
export interface SkippedFollowUp {
  readonly kind: RecordKind;
  readonly references: readonly TargetReference[];
  /** Names of the targets that derive from the kind. */
  readonly derived: readonly string[];
}
