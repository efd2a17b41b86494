import { customFieldPath, customFieldsOf, customName, type Fields } from './fields.js';

/**
 * Used in a record of the built-in source instead of a value: the field goes back to the values of the other sources
 * (R51). It is merged like a value: the later one of a value and a release counts.
 */
export const RELEASED = { released: true } as const;

/** Whether a value of a record of the built-in source is a release. No value that can be edited by hand looks like it. */
export function isRelease(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).length === 1 && (value as Fields)['released'] === true;
}

/** Adds releases to a record. @param names fields, and custom fields as `attributes.<name>`. */
export function withReleases(record: Fields, names: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...record };
  for (const name of names) setField(fields, name, RELEASED);
  return fields;
}

/** A record of the built-in source and the earlier one, both without the released fields. */
export interface AppliedReleases {
  /** The earlier fields that are not released now. */
  readonly known: Fields;
  /** The fields of the new record, without the releases. */
  readonly said: Fields;
  /** The released fields as null: their value if no other source supplies them. */
  readonly released: Fields;
}

/** Removes the fields that `later` releases from the records of the built-in source. */
export function applyReleases(earlier: Fields, later: Fields): AppliedReleases {
  const names = new Set<string>();
  const said = filterFields(later, (value, name) => {
    if (!isRelease(value)) return true;
    names.add(name);
    return false;
  });
  const known = filterFields(earlier, (_value, name) => !names.has(name));
  const released: Record<string, unknown> = {};
  for (const name of names) setField(released, name, null);
  return { known, said, released };
}

function filterFields(record: Fields, keeps: (value: unknown, name: string) => boolean): Fields {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (name === 'attributes' && value !== null) {
      const custom = Object.entries(value as Fields).filter(([key, one]) => keeps(one, customFieldPath(key)));
      kept[name] = Object.fromEntries(custom);
    } else if (keeps(value, name)) kept[name] = value;
  }
  return kept;
}

function setField(record: Record<string, unknown>, name: string, value: unknown): void {
  const custom = customName(name);
  if (custom === null) record[name] = value;
  else record['attributes'] = { ...customFieldsOf(record), [custom]: value };
}
