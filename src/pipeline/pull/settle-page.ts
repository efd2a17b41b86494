import type { TaskMode } from '../../domain/task.js';
import { mergeRecords } from '../../domain/merge-records.js';
import { cleanRecord, type RecordReading } from './judge-record.js';
import type { Page, SightedProblem } from './page.js';

/** One row of the work list, as a page leaves it. */
export interface StagedRow {
  readonly externalId: string;
  readonly seq: number;
  readonly state: 'present' | 'unchanged' | 'tombstone' | 'skipped';
  readonly hash: string | null;
  readonly data: Record<string, unknown> | null;
  readonly matchKeys: readonly string[];
  readonly duplicate: boolean;
}

/** One row an external id, and the problems that came up. */
export interface SettledPage {
  readonly rows: readonly StagedRow[];
  readonly problems: readonly SightedProblem[];
}

/** What a page is held against. */
export interface PageFacts {
  readonly mode: TaskMode;
  readonly reading: RecordReading;
  /** External id → hash of what is applied, for linked records. */
  readonly known: ReadonlyMap<string, string>;
}

/**
 * Compares a page with what is known, validates what moved and makes one row of each external id.
 *
 * In a full read twins with different content are marked, and an id that is also unreadable is left alone (R6); in a
 * delta they are merged in order, as if each had been applied after the other.
 */
export function settlePage(page: Page, facts: PageFacts): SettledPage {
  const rows = new Map<string, StagedRow>();
  const problems = [...page.problems];
  for (const sighting of page.sightings) {
    const externalId = sighting.state === 'record' ? sighting.record.externalId : sighting.externalId;
    const row =
      sighting.state === 'record' ? settleRecord(sighting, facts, problems) : settleMark(sighting, externalId);
    const twin = rows.get(externalId);
    rows.set(externalId, twin ? joinTwins(twin, row, facts.mode) : row);
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
  { mode, reading, known }: PageFacts,
  problems: SightedProblem[],
): StagedRow {
  const { externalId, hash, matchKeys } = record;
  const same = known.get(externalId) === hash;
  const state = same ? 'unchanged' : 'present';
  if (same && mode === 'full') return { externalId, seq, state, hash, data: null, matchKeys, duplicate: false };
  const judged = cleanRecord(record, reading);
  if (!judged.problem) return { externalId, seq, state, hash, data: judged.value, matchKeys, duplicate: false };
  problems.push({ ...judged.problem, seq, origin });
  return skippedRow(externalId, seq, hash);
}

function settleMark({ seq, state }: { seq: number; state: 'tombstone' | 'present' }, externalId: string): StagedRow {
  const row = { externalId, seq, hash: null, data: null, matchKeys: [], duplicate: false };
  return { ...row, state: state === 'tombstone' ? 'tombstone' : 'unchanged' };
}

function skippedRow(externalId: string, seq: number, hash: string | null): StagedRow {
  return { externalId, seq, hash, state: 'skipped', data: null, matchKeys: [], duplicate: false };
}

function joinTwins(first: StagedRow, second: StagedRow, mode: TaskMode): StagedRow {
  if (mode === 'full') {
    if (second.hash === null) return first;
    return { ...second, duplicate: first.duplicate || (first.hash !== null && first.hash !== second.hash) };
  }
  if (second.state === 'skipped' || (second.state === 'unchanged' && second.data === null)) return first;
  if (second.state === 'tombstone' || first.data === null || second.data === null) return second;
  return { ...second, state: 'present', data: mergeRecords(first.data, second.data) };
}
