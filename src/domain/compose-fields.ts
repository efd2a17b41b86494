import type { Fields } from './change.js';

/**
 * Puts together what several sources say of one row: each field takes the value of the first supply that has one (R13).
 *
 * A key that nobody has is left out (leave it as it is); one that somebody cleared and nobody fills is null (R3).
 * @param supplies what each source says, highest priority first.
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

/** Custom fields are composed one by one; a null among them means "take the field away". */
function composeAttributes(supplies: readonly Fields[]): Record<string, unknown> | undefined {
  const bags = supplies.map((supply) => (supply['attributes'] ?? {}) as Fields);
  const names = new Set(bags.flatMap((bag) => Object.keys(bag)));
  if (names.size === 0) return undefined;
  return Object.fromEntries([...names].map((name) => [name, firstSupplied(bags, name)]));
}
