import { isDeepStrictEqual } from 'node:util';
import { type ChangeAction, type Fields, LINK_MOVED, type PlannedChange, skip } from './change.js';
import { mergeAttributes } from './compose-fields.js';
import type { Decision } from './decide-change.js';
import { type CurrentRow, keepManualLocks, type TargetRules } from './manual-locks.js';
import type { RecordKind } from './record.js';

/** What a task did to one row, all of its lines about the row taken together. */
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
  /** Of the fields that changed: as the first line found them, and as the last one left them. */
  readonly before: Fields;
  readonly after: Fields;
}

/** A row beside everything that bears on the undoing. */
export interface UndoCase {
  readonly done: DoneToRow;
  /** The source's link to this row, as it is now; null = it links another one, or never linked the row. */
  readonly link: { readonly ended: boolean; readonly changedSince: boolean } | null;
  /** Other sources link the row. */
  readonly shared: boolean;
  readonly current: CurrentRow | null;
}

/**
 * Decides what takes back what a task did to one row. Whatever changed since, by whomever, is left alone: its line is a
 * skip `changed_since`.
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
  const wanted = keepManualLocks(rules, current, done.before);
  if (wasLinked) return line(rules, one, done.last === 'remove' ? 'restore' : 'update', wanted);
  return line(rules, one, done.last === 'remove' ? 'keep' : 'remove', wanted);
}

/**
 * What the fields that an edit by hand changed are to be without it (R51): what the sources say of them now, else what was
 * there before; of the custom fields those that the edit changed.
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

/** A row that a record implies (a membership), as a task left it and found it; null = none. */
export interface DerivedUndoCase {
  readonly kind: RecordKind;
  readonly externalId: string;
  readonly targetId: string;
  readonly before: Fields | null;
  readonly after: Fields | null;
  readonly current: Fields | null;
  /** What the owner's record says was changed since, which decides about what it implies. */
  readonly ownerChangedSince: boolean;
}

/** The same for what a record implies. */
export function decideDerivedUndo(one: DerivedUndoCase): PlannedChange {
  const { kind, externalId, targetId, before, after, current } = one;
  if (one.ownerChangedSince || !isLike(current, after)) return changedSince(kind, externalId, targetId);
  const action = before === null ? 'remove' : after === null ? 'create' : 'update';
  const nothing = { version: null, code: null, message: null, origin: null };
  return { kind, externalId, targetId, action, before: after, after: before, ...nothing };
}

/** Whether a row is as a line left it; a line may say more than the row shows. */
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

/** The row stays, out of force: what others tied to it must not be lost, and its record may come again. */
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
