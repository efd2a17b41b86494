import type { Alternatives } from '../../domain/choose-values.js';
import type { FieldProblem } from '../../domain/field-problem.js';
import { type Dn, dnKey, parseDn } from './dn.js';
import { customValue, findUnreadable, OneOf, oneOf, scalarValue, Unreadable } from './field-values.js';
import { type KindIndex, nearestDepartment } from './index-directory.js';
import { type LdapEntry, textsOf } from './ldap-entry.js';
import type { FieldAttributes } from './presets.js';
import type { KindPlan } from './read-plan.js';

/** How one field of a kind is made, where it isn't plain text: a value, `OneOf`, `Unreadable`, or undefined for no word. */
type FieldRule = (entry: LdapEntry, attributes: readonly string[]) => unknown;

/** What an entry says: its fields, what else they may be, and the fields that can't be read. */
export interface MappedEntry {
  readonly data: Record<string, unknown>;
  readonly alternatives: Alternatives;
  readonly problems: readonly FieldProblem[];
}

/** Fields that have one value. */
const SCALARS: ReadonlySet<string> = new Set(['username', 'nickname', 'email', 'phone', 'title']);
/** The other fields of the two kinds; everything else is a custom field. */
const OTHERS: ReadonlySet<string> = new Set(['managerUid', 'active', 'departments', 'parentUid', 'order', 'owners']);

/**
 * Makes a record's data of an entry. A field without a value is null, which clears it (R3): the attribute was asked for
 * and is empty. LDAP can't say whether it is empty or hidden; `check` tells which mapped attributes no entry shows.
 * A field that can't be read is left out and named, so that what is known of it stays (R7).
 */
export function mapFields(
  entry: LdapEntry,
  fields: FieldAttributes,
  rules: Readonly<Record<string, FieldRule>>,
): MappedEntry {
  const data: Record<string, unknown> = {};
  const alternatives: Record<string, readonly string[]> = {};
  const problems: FieldProblem[] = [];
  for (const [field, attributes] of Object.entries(fields)) {
    const value = (rules[field] ?? plainRule(field))(entry, attributes);
    if (value instanceof Unreadable) {
      problems.push({ field: shownName(field), code: value.code, message: value.message });
    } else if (value instanceof OneOf) {
      data[field] = value.values[0];
      alternatives[field] = value.values;
    } else if (value !== undefined) data[field] = value;
  }
  return { data, alternatives, problems };
}

/** A link to another entry, as its external id: a DN is looked up, null when it leads out of the source; other text is the id. */
export function linkedId(text: string, index: KindIndex | null): string | null {
  const dn = parseDn(text);
  return dn === null ? text : (index?.ids.get(dnKey(dn)) ?? null);
}

/** The external ids of the entries that the values of these attributes name, as a sorted set. */
export function linkedIds(entry: LdapEntry, attributes: readonly string[], index: KindIndex | null): readonly string[] {
  const texts = attributes.flatMap((attribute) => textsOf(entry, attribute));
  return toIds(texts, index);
}

/** The external ids that links lead to, as a sorted set; links that lead out of the source are left out. */
export function toIds(texts: readonly string[], index: KindIndex | null): readonly string[] {
  const ids = texts.map((text) => linkedId(text, index)).filter((id) => id !== null);
  return [...new Set(ids)].sort();
}

const plainRule = (field: string): FieldRule => (SCALARS.has(field) ? scalarValue : customValue);

const shownName = (field: string) => (SCALARS.has(field) || OTHERS.has(field) ? field : `attributes.${field}`);

/** Makes a department's data: its parent is the nearest department above it unless `parentUid` is mapped. */
export function mapDepartment(entry: LdapEntry, plan: KindPlan, departments: KindIndex): MappedEntry {
  const { owners: _, ...fields } = plan.fields;
  const dn: Dn = parseDn(entry.dn) ?? [];
  const mappedParent: FieldRule = (from, attributes) =>
    findUnreadable(from, attributes) ?? oneOf(linkedIds(from, attributes, departments));
  const { data, ...rest } = mapFields(entry, fields, { parentUid: mappedParent, order: mappedOrder });
  return { ...rest, data: { parentUid: nearestDepartment(dn, departments), ...data } };
}

/** The smallest number. Text that is no number goes on as it is, so that the field is refused with its cause. */
const mappedOrder: FieldRule = (entry, attributes) => {
  const unreadable = findUnreadable(entry, attributes);
  if (unreadable) return unreadable;
  const texts = attributes.flatMap((attribute) => textsOf(entry, attribute));
  const numbers = texts.map(Number).filter(Number.isFinite);
  if (numbers.length > 0) return Math.min(...numbers);
  return texts[0] ?? null;
};
