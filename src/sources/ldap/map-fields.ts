import type { Alternatives } from '../../domain/choose-values.js';
import type { FieldProblem } from '../../domain/field-problem.js';
import { type Dn, dnKey, parseDn } from './dn.js';
import { customValue, findUnreadable, OneOf, oneOf, scalarValue, Unreadable } from './field-values.js';
import { type KindIndex, nearestDepartment } from './index-directory.js';
import { type LdapEntry, textsOf } from './ldap-entry.js';
import type { FieldAttributes } from './presets.js';
import type { KindPlan } from './read-plan.js';

/**
 * Makes one field of a kind that is not plain text: a value, `OneOf`, `Unreadable`, or undefined to leave the field
 * out.
 */
type FieldRule = (entry: LdapEntry, attributes: readonly string[]) => unknown;

/** The content of an entry: its fields, other possible values, and the fields that cannot be read. */
export interface MappedEntry {
  readonly data: Record<string, unknown>;
  readonly alternatives: Alternatives;
  readonly problems: readonly FieldProblem[];
}

/** The fields that have one value. */
const SCALARS: ReadonlySet<string> = new Set(['username', 'nickname', 'email', 'phone', 'title']);
/** The other fields of the two kinds; all remaining fields are custom fields. */
const OTHERS: ReadonlySet<string> = new Set(['managerUid', 'active', 'departments', 'parentUid', 'order', 'owners']);

/**
 * Makes the data of a record from an entry. A field without a value is null, which clears it (R3): the attribute was
 * requested and is empty. LDAP does not show whether it is empty or hidden; `check` reports mapped attributes that no
 * entry has. A field that cannot be read is left out and named, so that its value stays unchanged (R7).
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

/**
 * A link to another entry as its external id: a DN is looked up, and is null if the entry is not in the source; other
 * text is the id itself.
 */
export function linkedId(text: string, index: KindIndex | null): string | null {
  const dn = parseDn(text);
  return dn === null ? text : (index?.ids.get(dnKey(dn)) ?? null);
}

/** The external ids of the entries that the values of these attributes name, as a sorted set. */
export function linkedIds(entry: LdapEntry, attributes: readonly string[], index: KindIndex | null): readonly string[] {
  const texts = attributes.flatMap((attribute) => textsOf(entry, attribute));
  return toIds(texts, index);
}

/** The external ids of the linked entries, as a sorted set; links to entries outside the source are left out. */
export function toIds(texts: readonly string[], index: KindIndex | null): readonly string[] {
  const ids = texts.map((text) => linkedId(text, index)).filter((id) => id !== null);
  return [...new Set(ids)].sort();
}

const plainRule = (field: string): FieldRule => (SCALARS.has(field) ? scalarValue : customValue);

const shownName = (field: string) => (SCALARS.has(field) || OTHERS.has(field) ? field : `attributes.${field}`);

/** Makes the data of a department: its parent is the nearest department above it, unless `parentUid` is mapped. */
export function mapDepartment(entry: LdapEntry, plan: KindPlan, departments: KindIndex): MappedEntry {
  const { owners: _, ...fields } = plan.fields;
  const dn: Dn = parseDn(entry.dn) ?? [];
  const mappedParent: FieldRule = (from, attributes) =>
    findUnreadable(from, attributes) ?? oneOf(linkedIds(from, attributes, departments));
  const { data, ...rest } = mapFields(entry, fields, { parentUid: mappedParent, order: mappedOrder });
  return { ...rest, data: { parentUid: nearestDepartment(dn, departments), ...data } };
}

/** The smallest number. Text that is not a number is passed on, so that the field is refused with the reason. */
const mappedOrder: FieldRule = (entry, attributes) => {
  const unreadable = findUnreadable(entry, attributes);
  if (unreadable) return unreadable;
  const texts = attributes.flatMap((attribute) => textsOf(entry, attribute));
  const numbers = texts.map(Number).filter(Number.isFinite);
  if (numbers.length > 0) return Math.min(...numbers);
  return texts[0] ?? null;
};
