import { sqlError } from '../../platform/sql-error.js';
import type { Tx } from '../../platform/db.js';
import type { Target } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { failDependents } from './fail-dependents.store.js';
import { type DueChange, failChanges } from './page.store.js';
import { forgetOwners } from './remember.store.js';

/** Notes that lines can't be applied, and what hangs on rows that will not come; the next task tries them again. */
export async function failLines(
  tx: Tx,
  context: RunContext,
  target: Target,
  { lines, cause }: { lines: readonly DueChange[]; cause: unknown },
): Promise<void> {
  await failChanges(tx, context, lines, explain(cause, lines.length));
  if (target.type === 'record') {
    const missing = lines.filter((line) => line.version === null && line.action !== 'remove');
    await failDependents(tx, context, target, missing);
    return;
  }
  const owners = lines.flatMap((line) => line.externalId ?? []);
  for (const kind of target.accepts) await forgetOwners(tx, context, kind, owners);
}

function explain(cause: unknown, lines: number): { code: string; message: string } {
  const { state, constraint } = sqlError(cause) ?? { state: 'unknown', constraint: null };
  if (state === '23505') {
    const message = 'Another task gave the same username, e-mail or phone to somebody else meanwhile; sync again.';
    return { code: 'value_taken', message };
  }
  const rule = constraint === null ? '' : `, rule ${constraint}`;
  const row = lines === 1 ? 'the row' : `one of ${lines} rows whose values move between each other`;
  return { code: 'row_refused', message: `The database refused ${row} (SQLSTATE ${state}${rule}).` };
}
