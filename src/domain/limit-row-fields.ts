import { customFieldsOf, type Fields } from './fields.js';
import { byCodeUnits, isWithinLimits, nameUnfit, Room, type UnfitReason } from './custom-fields.js';
import { mergeAttributes } from './compose-fields.js';
import type { FieldProblem } from './field-problem.js';

/** The new fields of a row, and the custom fields that are left out. */
export interface LimitedFields {
  readonly fields: Fields;
  readonly problems: readonly FieldProblem[];
}

/**
 * Applies the limits of R2 to the custom fields of a row that several sources supply (R13): first those of the source
 * with the highest priority, then those of the next one, each by name; then fields of the row that no source supplies.
 * So the order in which the sources run does not matter. Fields beyond the limits are left out and reported.
 * @param composed the fields that all sources together supply for the row.
 * @param supplies the fields of each source, highest priority first.
 */
export function limitRowFields(composed: Fields, supplies: readonly Fields[], current: Fields): LimitedFields {
  if (!('attributes' in composed)) return { fields: composed, problems: [] };
  const have = customFieldsOf(current);
  const said = customFieldsOf(composed);
  if (isWithinLimits(mergeAttributes(have, said))) return { fields: composed, problems: [] };
  const { kept, unfit } = chooseFields({ have, said, bags: supplies.map(customFieldsOf) });
  const names = new Set([...Object.keys(have), ...Object.keys(said)]);
  const attributes = Object.fromEntries([...names].map((name) => [name, kept.has(name) ? kept.get(name) : null]));
  return { fields: { ...composed, attributes }, problems: nameUnfit(unfit).map(({ problem }) => problem) };
}

interface Choice {
  /** Fields of the row. */
  readonly have: Fields;
  /** Fields of all sources together; null clears. */
  readonly said: Fields;
  /** Fields of each source. */
  readonly bags: readonly Fields[];
}

function chooseFields({ have, said, bags }: Choice) {
  const room = new Room();
  const kept = new Map<string, unknown>();
  const unfit = new Map<string, UnfitReason>();
  const offer = (name: string, value: unknown) => {
    const reason = room.refuse(name, value);
    if (reason) return unfit.has(name) || unfit.set(name, reason);
    room.take(name, value);
    return kept.set(name, value);
  };
  for (const bag of bags) {
    for (const name of Object.keys(bag).sort(byCodeUnits)) {
      if ((bag[name] ?? null) !== null && !kept.has(name) && !unfit.has(name)) offer(name, bag[name]);
    }
  }
  for (const name of Object.keys(have).sort(byCodeUnits)) {
    const isCleared = Object.hasOwn(said, name) && said[name] === null;
    if (!kept.has(name) && !isCleared) offer(name, have[name]);
  }
  return { kept, unfit };
}
