import type { TaskMode } from '../../domain/task.js';
import { damagedFields, joinProblems, type StagedFieldProblem } from '../../domain/field-problem.js';
import { mergeRecords } from '../../domain/merge-records.js';
import { cleanRecord, type RecordReading } from './validate-record.js';
import type { Page, SightedProblem } from './page.js';

/** One row of the work list after a page. */
export interface StagedRow {
  readonly externalId: string;
  readonly seq: number;
  readonly state: 'present' | 'unchanged' | 'tombstone' | 'skipped';
  readonly hash: string | null;
  readonly data: Record<string, unknown> | null;
  readonly matchKeys: readonly string[];
  readonly duplicate: boolean;
  /** Fields that are left out. */
  readonly problems: readonly StagedFieldProblem[];
}

/** One row for each external id, and the problems found. */
export interface DedupedPage {
  readonly rows: readonly StagedRow[];
  readonly problems: readonly SightedProblem[];
}

/** The data that a page is compared with. */
export interface PageFacts {
  readonly mode: TaskMode;
  readonly reading: RecordReading;
  /** External id → hash of the applied record, for linked records. */
  readonly known: ReadonlyMap<string, string>;
  /** External id → fields that the source last supplied, for records that have fields with several values. */
  readonly said: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * Compares a page with known records, validates changed ones and makes one row for each external id.
 *
 * In a full read, ids with two different records are marked, and an id that also has an unreadable record is left
 * unchanged (R6); in a delta the records are merged in order, as if they had been applied one after the other.
 */
export function dedupePage(page: Page, facts: PageFacts): DedupedPage {
  const rows = new Map<string, StagedRow>();
  const problems = [...page.problems];
  for (const sighting of page.sightings) {
    const externalId = sighting.state === 'record' ? sighting.record.externalId : sighting.externalId;
    const row =
      sighting.state === 'record' ? settleRecord(sighting, facts, problems) : settleMark(sighting, externalId);
    const earlier = rows.get(externalId);
    rows.set(externalId, earlier ? joinRows(earlier, row, facts) : row);
  }
  for (const problem of page.problems) {
    const { externalId, seq } = problem;
    if (externalId === null) continue;
    if (facts.mode === 'full' || !rows.has(externalId)) rows.set(externalId, skippedRow(externalId, seq, null));
  }
  return { rows: [...rows.values()], problems };
}

function settleRecord(
  { seq, record, origin }: Extract<Page['sightings'][number], { state: 'record' }>,
  { mode, reading, known, said }: PageFacts,
  problems: SightedProblem[],
): StagedRow {
  const { externalId, hash, matchKeys } = record;
  const { place } = record;
  // A field that cannot be read is reported in each read, also if nothing else changed.
  const same = known.get(externalId) === hash && record.problems.length === 0;
  const state = same ? 'unchanged' : 'present';
  const row = { externalId, seq, state, hash, matchKeys, duplicate: false, problems: [] } as const;
  if (same && mode === 'full') return { ...row, data: null };
  const judged = cleanRecord(record, reading, said.get(externalId));
  if (judged.problem) {
    problems.push({ ...judged.problem, seq, origin, place: place ?? null });
    return skippedRow(externalId, seq, hash);
  }
  const { fields, problems: left } = judged.value;
  return { ...row, data: fields, problems: origin === null ? left : left.map((one) => ({ ...one, origin, place })) };
}

function settleMark({ seq, state }: { seq: number; state: 'tombstone' | 'present' }, externalId: string): StagedRow {
  const row = { externalId, seq, hash: null, data: null, matchKeys: [], duplicate: false, problems: [] };
  return { ...row, state: state === 'tombstone' ? 'tombstone' : 'unchanged' };
}

function skippedRow(externalId: string, seq: number, hash: string | null): StagedRow {
  return { externalId, seq, hash, state: 'skipped', data: null, matchKeys: [], duplicate: false, problems: [] };
}

function joinRows(first: StagedRow, second: StagedRow, { mode, reading }: PageFacts): StagedRow {
  if (mode === 'full') {
    if (second.hash === null) return first;
    return { ...second, duplicate: first.duplicate || (first.hash !== null && first.hash !== second.hash) };
  }
  return mergeRows(first, second, reading);
}

/** Merges the later record into the earlier one. */
function mergeRows(first: StagedRow, second: StagedRow, reading: RecordReading): StagedRow {
  if (second.state === 'skipped' || (second.state === 'unchanged' && second.data === null)) return first;
  if (first.state === 'tombstone' && leavesForceOpen(second, reading))
    return { ...first, seq: second.seq, problems: second.problems };
  if (second.state === 'tombstone' || first.data === null || second.data === null) return second;
  const data = mergeRecords(first.data, second.data, damagedFields(second.problems));
  const problems = joinProblems(first.problems, { value: second.data, problems: second.problems });
  return { ...second, state: 'present', data, problems };
}

/** Whether the field for being in force was unreadable: the record then does not restore a deleted one (R4). */
function leavesForceOpen({ problems }: StagedRow, { inForce }: RecordReading): boolean {
  return problems.some(({ field }) => inForce.includes(field));
}
