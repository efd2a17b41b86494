import { BUILT_IN_LIST, type PlaceholderSort } from '../../domain/placeholder.js';

/** A blank text is known to be nothing; an absent one is not known and stays absent (R3). */
export function blankToNull(value: string | null | undefined): string | null | undefined {
  return value?.trim() === '' ? null : value;
}

/**
 * As `blankToNull`, and null for a built-in placeholder such as `-` (R2): for a field that can be taken from another key
 * of the same answer.
 */
export function emptyToNull(sort: PlaceholderSort, value: string | null | undefined): string | null | undefined {
  return BUILT_IN_LIST.has(sort, value) ? null : blankToNull(value);
}
