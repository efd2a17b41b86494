import { customFieldPath, customFieldsOf, type Fields } from './fields.js';
import { isDeepStrictEqual } from 'node:util';
import { isManual } from './manual-source.js';

/**
 * Combines the fields that several sources supply for one row: each field takes the value of the first supply with one
 * (R13). A key that no source supplies is left out (no change); one that a source clears and no other fills is null
 * (R3).
 * @param supplies the fields of each source, highest priority first.
 */
export function composeFields(supplies: readonly Fields[], names: readonly string[]): Record<string, unknown> {
  const composed: Record<string, unknown> = {};
  for (const name of names) {
    const value = name === 'attributes' ? composeAttributes(supplies) : firstSupplied(supplies, name);
    if (value !== undefined) composed[name] = value;
  }
  return composed;
}

function firstSupplied(supplies: readonly Fields[], name: string): unknown {
  let cleared = false;
  for (const supply of supplies) {
    const value = supply[name];
    if (value !== undefined && value !== null) return value;
    if (value === null) cleared = true;
  }
  return cleared ? null : undefined;
}

/** Custom fields are composed one by one; null deletes a custom field. */
function composeAttributes(supplies: readonly Fields[]): Record<string, unknown> | undefined {
  const bags = supplies.map((supply) => (supply['attributes'] ?? {}) as Fields);
  const names = new Set(bags.flatMap((bag) => Object.keys(bag)));
  if (names.size === 0) return undefined;
  return Object.fromEntries([...names].map((name) => [name, firstSupplied(bags, name)]));
}

/** The difference between a row and the required fields: only fields that differ; null if none does. */
export function diffFields(current: Fields, wanted: Fields): { before: Fields; after: Fields } | null {
  // Own properties only: a field may have the name of an inherited property of every object.
  const differing = Object.entries(wanted).flatMap(([name, value]) => {
    const have = (Object.hasOwn(current, name) ? current[name] : null) ?? null;
    const target = name === 'attributes' ? mergeAttributes(have, value) : value;
    return isDeepStrictEqual(have, target) ? [] : [{ name, have, target }];
  });
  if (differing.length === 0) return null;
  return {
    before: Object.fromEntries(differing.map(({ name, have }) => [name, have])),
    after: Object.fromEntries(differing.map(({ name, target }) => [name, target])),
  };
}

/** Custom fields that a source does not supply stay; null deletes one. */
export function mergeAttributes(current: unknown, wanted: unknown): Fields {
  const merged = { ...(current as Fields | null), ...(wanted as Fields | null) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** The fields that one source supplies for a row. */
export interface Supply {
  readonly sourceId: string;
  readonly sourceName: string;
  readonly priority: number;
  readonly fields: Fields;
}

/**
 * Orders the supplies of a row by priority, the highest first, and by name if priorities are equal (R13). A field that
 * was cleared by hand stays empty: the values of the other sources are left out (R51).
 */
export function rankSupplies<Ranked extends Supply>(supplies: readonly Ranked[]): readonly Ranked[] {
  const ranked = [...supplies].sort((a, b) => b.priority - a.priority || (a.sourceName < b.sourceName ? -1 : 1));
  const [first, ...others] = ranked;
  if (!first || !isManual(first.sourceId)) return ranked;
  return [first, ...others.map((other) => ({ ...other, fields: withoutEmptied(other.fields, first.fields) }))];
}

/** The source of each field's value: a field, or a custom field as `attributes.<name>` → the name of the source. */
export function findSuppliers(ranked: readonly Supply[]): Readonly<Record<string, string>> {
  const suppliers: Record<string, string> = {};
  for (const { sourceId, sourceName, fields } of ranked) {
    for (const [name, value] of flatten(fields)) {
      const supplies = value !== null || isManual(sourceId);
      if (supplies && !Object.hasOwn(suppliers, name)) suppliers[name] = sourceName;
    }
  }
  return suppliers;
}

function flatten({ attributes, ...fields }: Fields): readonly (readonly [string, unknown])[] {
  const custom = Object.entries(customFieldsOf({ attributes }));
  const named = custom.map(([name, value]) => [customFieldPath(name), value] as const);
  return [...Object.entries(fields), ...named].filter(([, value]) => value !== undefined);
}

function withoutEmptied(fields: Fields, byHand: Fields): Fields {
  const kept = Object.fromEntries(
    Object.entries(fields).filter(([name]) => name === 'attributes' || byHand[name] !== null),
  );
  if (!kept['attributes'] || !byHand['attributes']) return kept;
  const emptied = byHand['attributes'] as Fields;
  const custom = Object.entries(kept['attributes'] as Fields).filter(
    ([name]) => !Object.hasOwn(emptied, name) || emptied[name] !== null,
  );
  return { ...kept, attributes: Object.fromEntries(custom) };
}
