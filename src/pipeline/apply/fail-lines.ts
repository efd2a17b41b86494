import { sqlError } from '../../platform/sql-error.js';
import type { Tx } from '../../platform/db.js';
import type { Target } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { failDependents } from './fail-dependents.store.js';
import { type DueChange, failChanges, findChanges } from './page.store.js';
import { clearOwnerHashes } from './save-known-records.store.js';

/** Records lines that cannot be applied, and those that depend on their rows; the next task tries them again. */
export async function failLines(
  tx: Tx,
  context: RunContext,
  target: Target,
  { lines, cause }: RefusedLines,
): Promise<void> {
  await failChanges(tx, context, lines, explain(cause, lines.length));
  if (target.type === 'record') {
    const missing = lines.filter((line) => line.version === null && line.action !== 'remove');
    await failDependents(tx, context, target, missing);
    return;
  }
  const owners = lines.flatMap((line) => line.externalId ?? []);
  for (const kind of target.accepts) await clearOwnerHashes(tx, context, kind, owners);
}

/** Lines of one rank that the database refused, and its error. */
export interface RefusedLines {
  readonly lines: readonly DueChange[];
  readonly cause: unknown;
}

/**
 * The same lines without the unique values that another task wrote to other rows meanwhile (R12), so that the rest of
 * the row is applied. @returns null if the lines were refused for another reason.
 */
export async function withoutTaken(
  tx: Tx,
  context: RunContext,
  target: Target,
  { lines, cause }: RefusedLines,
): Promise<readonly DueChange[] | null> {
  const [first] = lines;
  if (!first || target.type !== 'record' || !target.excludeTakenValues || !isTaken(cause)) return null;
  await target.excludeTakenValues(
    tx,
    context.scope,
    lines.flatMap((line) => line.targetId ?? []),
  );
  return findChanges(tx, context, { rank: first.rank, ids: lines.map((line) => line.id) });
}

function isTaken(cause: unknown): boolean {
  const { state, constraint } = sqlError(cause) ?? { state: null, constraint: null };
  return state === EXCLUSION_VIOLATION || (state === UNIQUE_VIOLATION && constraint !== ONE_LINK);
}

/** The index that prevents two links of one source to a row (R10). */
const ONE_LINK = 'known_records_one_link';

function explain(cause: unknown, lines: number): { code: string; message: string } {
  const { state, constraint } = sqlError(cause) ?? { state: 'unknown', constraint: null };
  if (constraint === ONE_LINK) {
    return { code: 'match_taken', message: 'Another record of this source links the row now; sync again.' };
  }
  if (isTaken(cause)) {
    const message = 'Another task has given the same username or e-mail to another user: sync again.';
    return { code: 'value_taken', message };
  }
  const rule = constraint === null ? '' : `, rule ${constraint}`;
  const row = lines === 1 ? 'the row' : `one of ${lines} rows that exchange values`;
  return { code: 'row_refused', message: `The database refused ${row} (SQLSTATE ${state}${rule}).` };
}

const UNIQUE_VIOLATION = '23505';
const EXCLUSION_VIOLATION = '23P01';
