import { dnKey, parseDn } from './dn.js';
import { type DirectoryIndex, nearestDepartment } from './index-directory.js';
import { isAccountActive } from './is-account-active.js';
import { type LdapEntry, firstText, textsOf } from './ldap-entry.js';
import { linkedId, mapFields } from './map-fields.js';
import type { KindPlan } from './read-plan.js';

/** What a user is mapped with. */
export interface UserMapping {
  readonly plan: KindPlan;
  readonly index: DirectoryIndex;
  /** Whether units name owners; where not, nothing is said about `isOwner`. */
  readonly ownersKnown: boolean;
  readonly nowMs: number;
}

/** Makes a user's data; his departments are those that are mapped, else the nearest unit above him, and those he owns. */
export function mapUser(entry: LdapEntry, mapping: UserMapping): Record<string, unknown> {
  const { plan, index, nowMs } = mapping;
  const { departments: _, ...fields } = plan.fields;
  const data = mapFields(entry, fields, {
    managerUid: (from, attributes) => {
      const text = firstText(from, attributes);
      return text === null ? null : linkedId(text, index.users);
    },
    active: (from, attributes) => toBoolean(firstText(from, attributes)),
  });
  if (plan.accountRule) {
    const control = firstText(entry, ['userAccountControl']);
    const active = isAccountActive({ control, expires: firstText(entry, ['accountExpires']) }, nowMs);
    if (active !== undefined) data['active'] = active;
  }
  if (index.departments !== null || plan.fields['departments']) data['departments'] = memberships(entry, mapping);
  return data;
}

/** LDAP's Boolean syntax; other text goes on as it is, so that the record is refused rather than guessed at (R4). */
function toBoolean(text: string | null): unknown {
  if (text === null) return undefined;
  if (/^true$/i.test(text)) return true;
  return /^false$/i.test(text) ? false : text;
}

interface Membership {
  readonly uid: string;
  readonly isMain: boolean;
  readonly isOwner?: boolean;
}

function memberships(entry: LdapEntry, { plan, index, ownersKnown }: UserMapping): Membership[] {
  const dn = parseDn(entry.dn) ?? [];
  const owned = new Set(index.owned.get(dnKey(dn)));
  const placed = placedIn(entry, plan, index);
  const own = placed.map((uid, at) => ({
    uid,
    isMain: at === 0,
    ...(ownersKnown ? { isOwner: owned.has(uid) } : {}),
  }));
  const others = [...owned].filter((uid) => !placed.includes(uid)).sort();
  return [...own, ...others.map((uid) => ({ uid, isMain: false, isOwner: true }))];
}

function placedIn(entry: LdapEntry, plan: KindPlan, index: DirectoryIndex): string[] {
  const mapped = plan.fields['departments'];
  if (mapped) {
    const ids = mapped.flatMap((name) => textsOf(entry, name)).map((text) => linkedId(text, index.departments));
    return [...new Set(ids.filter((id) => id !== null))];
  }
  const nearest = index.departments && nearestDepartment(parseDn(entry.dn) ?? [], index.departments);
  return nearest === null ? [] : [nearest];
}
