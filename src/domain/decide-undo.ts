import { isDeepStrictEqual } from 'node:util';
import { type ChangeAction, LINK_MOVED, type PlannedChange, skip } from './change.js';
import type { Fields } from './fields.js';
import { mergeAttributes } from './compose-fields.js';
import type { Decision } from './decide-change.js';
import { decisionsIn } from './hand-decisions.js';
import { type CurrentRow, keepManualLocks, type TargetRules } from './manual-locks.js';
import type { RecordKind } from './record.js';

/** All changes of a task to one row: its lines about the row taken together. */
export interface DoneToRow {
  readonly externalId: string;
  readonly targetId: string;
  /** Its first and its last line. */
  readonly first: ChangeAction | 'keep';
  readonly last: ChangeAction | 'keep';
  /** The row was deleted for good. */
  readonly deleted: boolean;
  /** The link of the row moved between two records of the source (R10). */
  readonly moved?: boolean;
  /** The changed fields: their values before the first line, and after the last one. */
  readonly before: Fields;
  readonly after: Fields;
}

/** A row with all data that its undo depends on. */
export interface UndoCase {
  readonly done: DoneToRow;
  /** The source's current link to this row; null = its record links another row, or the row was never linked. */
  readonly link: { readonly ended: boolean; readonly changedSince: boolean } | null;
  /** Other sources link the row. */
  readonly shared: boolean;
  readonly current: CurrentRow | null;
}

/**
 * Decides how the changes of a task to one row are undone. A row that changed since then, for any reason, is left
 * unchanged: its line is a skip `changed_since`.
 */
export function decideUndo(rules: TargetRules, one: UndoCase): Decision {
  const { done, current } = one;
  const wasThere = done.first !== 'create';
  const isThere = !done.deleted;
  if (!wasThere && !isThere) return line(rules, one, 'keep', {});
  if (hasMoved(one)) return changedSince(rules.kind, done.externalId, done.targetId);
  if (!current) return { ...line(rules, one, 'restore', done.before), before: {}, version: null };
  if (!wasThere) return done.last === 'remove' ? line(rules, one, 'keep', {}) : undoCreate(rules, one, current);
  const wasLinked = done.first !== 'link' && done.first !== 'restore';
  const wanted = keepManualLocks(rules, { ...current, ...decisionsIn(done.before) }, done.before);
  if (wasLinked) return line(rules, one, done.last === 'remove' ? 'restore' : 'update', wanted);
  return line(rules, one, done.last === 'remove' ? 'keep' : 'remove', wanted);
}

/**
 * The values, without the edit, of the fields that an edit by hand changed (R51): what the sources supply now, else the
 * values before the edit; of the custom fields only those that the edit changed.
 */
export function withoutEdit({ before, after }: Pick<DoneToRow, 'before' | 'after'>, composed: Fields): Fields {
  const wanted = Object.entries(before).map(([name, value]) => {
    if (name !== 'attributes') return [name, Object.hasOwn(composed, name) ? composed[name] : value];
    return [name, customWithoutEdit(bagOf(value), bagOf(after[name]), bagOf(composed[name]))];
  });
  return Object.fromEntries(wanted) as Fields;
}

function customWithoutEdit(before: Fields, after: Fields, composed: Fields): Fields {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const edited = names.filter((name) => !isDeepStrictEqual(own(before, name), own(after, name)));
  const restored = edited.map((name) => [name, Object.hasOwn(composed, name) ? composed[name] : own(before, name)]);
  return mergeAttributes(after, Object.fromEntries(restored.map(([name, value]) => [name, value ?? null])));
}

const bagOf = (value: unknown) => (value ?? {}) as Fields;
const own = (fields: Fields, name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** A derived row (a membership), as it was after a task and before it; null = none. */
export interface DerivedUndoCase {
  readonly kind: RecordKind;
  readonly externalId: string;
  readonly targetId: string;
  readonly before: Fields | null;
  readonly after: Fields | null;
  readonly current: Fields | null;
  /** The owner's record was changed since; the derived rows follow it. */
  readonly ownerChangedSince: boolean;
}

/** The same for a derived row. */
export function decideDerivedUndo(one: DerivedUndoCase): PlannedChange {
  const { kind, externalId, targetId, before, after, current } = one;
  if (one.ownerChangedSince || !isLike(current, after)) return changedSince(kind, externalId, targetId);
  const action = before === null ? 'remove' : after === null ? 'create' : 'update';
  const nothing = { version: null, code: null, message: null, origin: null };
  return { kind, externalId, targetId, action, before: after, after: before, ...nothing };
}

/** Whether a row still has the values of a line; a line may have more fields than the row. */
function isLike(current: Fields | null, after: Fields | null): boolean {
  if (current === null || after === null) return current === after;
  return Object.entries(current).every(([name, value]) => isDeepStrictEqual(after[name], value));
}

/** Whether the row, its link or a field that the task wrote was changed later. */
function hasMoved({ done, link, shared, current }: UndoCase): boolean {
  if (link === null || link.changedSince || link.ended !== (done.last === 'remove')) return true;
  if (done.deleted) return current !== null;
  if (current === null) return true;
  if (done.first === 'create' && shared) return true;
  return Object.entries(done.after).some(
    ([name, value]) => name in current.fields && !isDeepStrictEqual(current.fields[name], value),
  );
}

/** The row stays, but not in force: data that refer to it must not be lost, and its record may come back. */
function undoCreate(rules: TargetRules, one: UndoCase, current: CurrentRow): Decision {
  if (!current.protected) return line(rules, one, 'remove', rules.removed);
  const message = 'The user was protected after the task created it, so the user stays unchanged.';
  return skip(rules.kind, one.done.externalId, { code: 'protected', message, targetId: one.done.targetId });
}

function line(
  { kind }: TargetRules,
  { done, current }: UndoCase,
  action: 'keep' | 'update' | 'remove' | 'restore',
  wanted: Fields,
): Decision {
  const { externalId, targetId } = done;
  const have = current?.fields ?? {};
  const moved = Object.entries(wanted).filter(([name, value]) => !isDeepStrictEqual(have[name] ?? null, value));
  const after = Object.fromEntries(moved);
  const before = Object.fromEntries(moved.map(([name]) => [name, have[name] ?? null]));
  return {
    kind,
    externalId,
    targetId,
    action: moved.length === 0 && action === 'update' ? 'keep' : action,
    before,
    after,
    version: current?.version ?? null,
    code: done.moved ? LINK_MOVED : null,
    message: null,
    origin: null,
  };
}

function changedSince(kind: RecordKind, externalId: string, targetId: string): PlannedChange {
  const message = 'It was changed after that task, or another source also supplies it, so it stays unchanged.';
  return skip(kind, externalId, { code: 'changed_since', message, targetId });
}
