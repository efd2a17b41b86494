import type { Fields } from './fields.js';
import { isDeepStrictEqual } from 'node:util';

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
