import type { FieldProblem } from '../../domain/field-problem.js';
import { dnKey, parseDn } from './dn.js';
import { type DirectoryIndex, type KindIndex, nearestDepartment, type UserPlace } from './index-directory.js';
import { isAccountActive, isLock } from './is-account-active.js';
import { findUnreadable, oneOf } from './field-values.js';
import { bytesOf, type LdapEntry, textsOf } from './ldap-entry.js';
import { linkedId, linkedIds, type MappedEntry, mapFields, toIds } from './map-fields.js';
import type { KindPlan } from './read-plan.js';

/** The input for mapping a user. */
export interface UserMapping {
  readonly plan: KindPlan;
  readonly index: DirectoryIndex;
  /** Whether units have owners; if not, `isOwner` is left out. */
  readonly ownersKnown: boolean;
  readonly nowMs: number;
  /** The place of the entry in the sweep; absent for an entry that the sweep did not find. */
  readonly place?: UserPlace | undefined;
  /** The current departments, for an entry that the sweep did not find; absent: those of the sweep. */
  readonly departmentsNow?: KindIndex | null;
  /** False if the tree changed during the read: departments are left out, and of a manager only the id is used. */
  readonly settled?: boolean;
  /** Whether the server proved that the entry has no value of the mapped lock; false or absent = unknown. */
  readonly isUnlocked?: boolean;
}

/**
 * Makes the data of a user. The departments are the mapped ones, else the nearest unit above the entry, and the owned
 * units.
 */
export function mapUser(entry: LdapEntry, mapping: UserMapping): MappedEntry {
  const { plan, index, nowMs } = mapping;
  const mapped = mapFields(entry, plan.fields, {
    managerUid: (from, attributes) => managerOf(from, attributes, mapping),
    active: (from, attributes) => findUnreadable(from, attributes) ?? toBoolean(from, attributes, mapping),
    departments: (from, attributes) =>
      mapping.settled === false ? undefined : (findUnreadable(from, attributes) ?? memberships(from, mapping)),
  });
  const { data } = mapped;
  const active = plan.accountRule ? accountState(entry, nowMs) : undefined;
  if (typeof active === 'boolean') data['active'] = active;
  const isPlaced = index.departments !== null && !plan.fields['departments'];
  if (isPlaced && mapping.settled !== false) data['departments'] = memberships(entry, mapping);
  return typeof active === 'object' ? { ...mapped, problems: [...mapped.problems, active] } : mapped;
}

/** If a value cannot be read, `active` is left out and named (R4, R7). */
function accountState(entry: LdapEntry, nowMs: number): boolean | undefined | FieldProblem {
  const values = (name: string) => (bytesOf(entry, name).length === 0 ? null : textsOf(entry, name));
  const account = { control: values('userAccountControl'), expires: values('accountExpires') };
  const state = isAccountActive(account, nowMs);
  if (typeof state !== 'object') return state;
  const message = `The attribute "${state.attribute}" has ${state.shown}, which is not a valid value; active stays unchanged.`;
  return { field: 'active', code: 'unknown_value', message };
}

/**
 * A DN that is not found may be the new name of an entry that the sweep found under its old name: then the place in the
 * sweep is used.
 */
function managerOf(entry: LdapEntry, attributes: readonly string[], { index, place, settled }: UserMapping): unknown {
  const unreadable = findUnreadable(entry, attributes);
  if (unreadable) return unreadable;
  const found = linkedIds(entry, attributes, index.users);
  const ids = found.length > 0 ? found : toIds(place?.managers ?? [], index.users);
  return ids.length === 0 && settled === false ? undefined : oneOf(ids);
}

/**
 * Reads a boolean of LDAP; other text is passed on, so that the field is refused (R4). A lock has the opposite meaning.
 */
function toBoolean(entry: LdapEntry, attributes: readonly string[], { isUnlocked }: UserMapping): unknown {
  const texts = attributes.flatMap((attribute) => textsOf(entry, attribute));
  const [text, ...more] = texts;
  if (more.length > 0) return texts;
  if (text === undefined) return isUnlocked === true ? true : undefined;
  if (!/^(?:true|false)$/i.test(text)) return text;
  const isOfLock = attributes.some((name) => textsOf(entry, name).length > 0 && isLock(name));
  return /^true$/i.test(text) !== isOfLock;
}

interface Membership {
  readonly uid: string;
  readonly isMain: boolean;
  readonly isOwner?: boolean;
}

function memberships(entry: LdapEntry, mapping: UserMapping): Membership[] {
  const { index, ownersKnown, place } = mapping;
  const owned = new Set(index.owned.get(place?.key ?? dnKey(parseDn(entry.dn) ?? [])));
  const placed = placedIn(entry, mapping);
  // Values have no order: of several, none is the main department, unless the entry is below one of them.
  const main = placed.length === 1 ? placed[0] : placed.find((uid) => uid === nearestTo(entry, mapping));
  const own = placed.map((uid) => ({
    uid,
    isMain: uid === main,
    ...(ownersKnown ? { isOwner: owned.has(uid) } : {}),
  }));
  const others = [...owned].filter((uid) => !placed.includes(uid)).sort();
  return [...own, ...others.map((uid) => ({ uid, isMain: false, isOwner: true }))];
}

/**
 * Units can be renamed and users moved between the sweep and the read. The place in the sweep is used, because the DNs
 * of units and users match there; the next read finds the move.
 */
function placedIn(entry: LdapEntry, mapping: UserMapping): readonly string[] {
  const { plan, index, place, departmentsNow = index.departments } = mapping;
  const mapped = plan.fields['departments'];
  if (mapped) {
    const texts = mapped.flatMap((name) => textsOf(entry, name));
    const isMoved = place !== undefined && texts.some((text) => linkedId(text, departmentsNow) === null);
    return toIds(isMoved ? place.departments : texts, departmentsNow);
  }
  const nearest = nearestTo(entry, mapping);
  return nearest === null ? [] : [nearest];
}

function nearestTo(entry: LdapEntry, { index, place, departmentsNow = index.departments }: UserMapping): string | null {
  if (place) return place.departmentId;
  return departmentsNow && nearestDepartment(parseDn(entry.dn) ?? [], departmentsNow);
}
