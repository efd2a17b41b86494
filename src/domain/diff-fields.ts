import { isDeepStrictEqual } from 'node:util';
import type { Fields } from './change.js';

/** What must change for a row to be as wanted: only the fields that differ; null when nothing does. */
export function diffFields(current: Fields, wanted: Fields): { before: Fields; after: Fields } | null {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wanted)) {
    const have = current[name] ?? null;
    const want = name === 'attributes' ? mergeAttributes(have, value) : value;
    if (isDeepStrictEqual(have, want)) continue;
    before[name] = have;
    after[name] = want;
  }
  return Object.keys(after).length === 0 ? null : { before, after };
}

/** Custom fields that a source does not name stay; null takes one away. */
export function mergeAttributes(current: unknown, wanted: unknown): Fields {
  const merged = { ...(current as Fields | null), ...(wanted as Fields | null) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
