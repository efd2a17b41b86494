import { isDeepStrictEqual } from 'node:util';
import type { Fields } from './change.js';

/** What must change for a row to be as wanted: only the fields that differ; null when nothing does. */
export function diffFields(current: Fields, wanted: Fields): { before: Fields; after: Fields } | null {
  // Own fields only, in and out: a field may have the name of something that every object inherits.
  const differing = Object.entries(wanted).flatMap(([name, value]) => {
    const have = (Object.hasOwn(current, name) ? current[name] : null) ?? null;
    const want = name === 'attributes' ? mergeAttributes(have, value) : value;
    return isDeepStrictEqual(have, want) ? [] : [{ name, have, want }];
  });
  if (differing.length === 0) return null;
  return {
    before: Object.fromEntries(differing.map(({ name, have }) => [name, have])),
    after: Object.fromEntries(differing.map(({ name, want }) => [name, want])),
  };
}

/** Custom fields that a source does not name stay; null takes one away. */
export function mergeAttributes(current: unknown, wanted: unknown): Fields {
  const merged = { ...(current as Fields | null), ...(wanted as Fields | null) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
