import {
  byCodeUnits,
  isWithinLimits,
  nameUnfit,
  Room,
  sizeOf,
  type UnfitFields,
  type UnfitReason,
} from './custom-fields.js';

type Bag = Readonly<Record<string, unknown>>;

/** Custom fields after a merge; `unfit` lists the later ones that are left out. */
export interface MergedCustomFields {
  readonly kept: Record<string, unknown>;
  readonly unfit: readonly UnfitFields[];
}

/**
 * Merges the custom fields that a source supplies now into those that it supplied before, within the limits (R2).
 *
 * A known value is never lost because of a new one: a value that does not fit is left out, and its field keeps the
 * known value. Values that need no more bytes than before are merged first, then larger values of known fields, then
 * new fields, each by name. `null` clears a known field; it stays in `kept` as null, so that the row is cleared too.
 */
export function mergeCustomFields(known: Bag, said: Bag): MergedCustomFields {
  const merged = { ...known, ...said };
  if (isWithinLimits(merged)) return { kept: merged, unfit: [] };
  const room = new Room();
  const kept = new Map(Object.entries(known));
  for (const [name, value] of kept) if (value !== null) room.take(name, value);
  const unfit = new Map<string, UnfitReason>();
  for (const name of Object.keys(said).sort(byClaim(known, said))) {
    const value = said[name];
    const before = kept.get(name) ?? undefined;
    const reason = value === null ? null : room.refuse(name, value, before);
    if (reason && growthOf(known, said, name) > 0) {
      unfit.set(name, reason);
      continue;
    }
    if (before !== undefined) room.free(name, before);
    if (value !== null) room.take(name, value);
    kept.set(name, value);
  }
  return { kept: Object.fromEntries(kept), unfit: nameUnfit(unfit) };
}

/** Smaller values before larger ones, which need their space, and known fields before new ones. */
function byClaim(known: Bag, said: Bag): (a: string, b: string) => number {
  const rank = (name: string) => (growthOf(known, said, name) <= 0 ? 0 : (known[name] ?? null) === null ? 2 : 1);
  return (a, b) => rank(a) - rank(b) || byCodeUnits(a, b);
}

/** Additional bytes of a field. */
function growthOf(known: Bag, said: Bag, name: string): number {
  const size = (value: unknown) => (value === null || value === undefined ? 0 : sizeOf(name, value));
  return size(said[name]) - size(Object.hasOwn(known, name) ? known[name] : null);
}
