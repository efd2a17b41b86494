import type { Fields } from '../../../domain/fields.js';
import { shownProblems } from '../../../domain/field-problem.js';
import { mergeRecords } from '../../../domain/merge-records.js';
import { type OwnLine, type OwnSupply, ownDerivedView, ownView } from '../../../domain/own-view.js';
import type { Tx } from '../../../platform/db.js';
import type { TargetRegistry } from '../../../targets/target-registry.js';
import type { RecordTarget } from '../../../targets/target.js';
import type { Principal } from '../../../access/accounts/principal.js';
import { type ChangeFilter, type ChangeRow, listChanges } from './change.store.js';
import { type NamedRecord, resolveNamed, type StoredSupply } from './own-supply.store.js';

/** A line as its reader may see it. */
export type SeenChange = Omit<ChangeRow, 'problems' | 'supply' | 'before' | 'after'> & OwnLine;

/** Who reads the changes of tasks. */
export interface ChangeReader {
  readonly tx: Tx;
  readonly targets: TargetRegistry;
  readonly principal: Principal;
}

/** Lists changes of a task; a key narrowed to its source sees of shared rows only what that source itself supplied. */
export async function readChanges(
  { tx, targets, principal: { sourceId } }: ChangeReader,
  filter: Omit<ChangeFilter, 'narrowed'>,
): Promise<readonly SeenChange[]> {
  if (sourceId === null) return (await listChanges(tx, { ...filter, narrowed: null })).map(viewWhole);
  const wholeTargets = targets.records().filter((target) => !mayShare(target));
  const narrowed = { sourceId, wholeTargets: wholeTargets.map(({ name }) => name) };
  const rows = await listChanges(tx, { ...filter, narrowed });
  const named = rows.flatMap((row) => namedBy(targets.ofKind(row.kind), suppliedBy(row)));
  const ids = await resolveNamed(tx, { taskId: filter.taskId, sourceId }, named);
  return rows.map((row) => viewOwn(targets, ids, row));
}

/** Rows without match keys are never linked by two sources (R10). */
function mayShare({ matchKeys }: RecordTarget): boolean {
  return matchKeys.length > 0;
}

function viewWhole({ supply: _supply, problems, ...row }: ChangeRow): SeenChange {
  return { ...row, problems: shownProblems(problems), partlyHidden: false };
}

function viewOwn(targets: TargetRegistry, ids: ReadonlyMap<string, string>, row: ChangeRow): SeenChange {
  const whole = viewWhole(row);
  const { isOwnRow, isNewRow } = row.supply ?? NOTHING;
  const target = targets.ofKind(row.kind);
  if (!target) return { ...whole, ...ownDerivedView(whole, { isOwnRow }) };
  const supplied = suppliedBy(row);
  const supply: OwnSupply = {
    before: withReferences(target, supplied.before, ids),
    after: withReferences(target, supplied.after, ids),
    isOwnRow,
    isNewRow: isNewRow || !mayShare(target),
  };
  return { ...whole, ...ownView(whole, supply, target.inForce) };
}

const NOTHING: StoredSupply = { known: null, read: null, last: null, isOwnRow: false, isNewRow: false };

interface Supplied {
  readonly before: Fields | null;
  readonly after: Fields | null;
}

/** What the source supplied before the task, and with it. A record that is gone says nothing. */
function suppliedBy({ action, supply }: ChangeRow): Supplied {
  const { known, read, last } = supply ?? NOTHING;
  const isFirst = action === 'create' || action === 'link';
  return {
    before: known ?? (isFirst ? null : last),
    after: action === 'remove' ? read : mergeRecords(known ?? last ?? {}, read ?? {}),
  };
}

function namedBy(target: RecordTarget | undefined, { before, after }: Supplied): NamedRecord[] {
  return (target?.references ?? []).flatMap(({ field, kind }) =>
    [before?.[field], after?.[field]].flatMap((externalId) =>
      typeof externalId === 'string' ? [{ kind, externalId }] : [],
    ),
  );
}

function withReferences(
  target: RecordTarget,
  supplied: Fields | null,
  ids: ReadonlyMap<string, string>,
): Fields | null {
  if (supplied === null) return null;
  const columns = target.references.flatMap(({ field, column, kind }): [string, string][] => {
    const id = ids.get(`${kind}/${String(supplied[field])}`);
    return id === undefined ? [] : [[column, id]];
  });
  return { ...supplied, ...Object.fromEntries(columns) };
}
