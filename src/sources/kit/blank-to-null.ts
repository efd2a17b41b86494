import { BUILT_IN_LIST, type PlaceholderSort } from '../../domain/placeholder.js';

/** A blank text means "no value" and becomes null; an absent value is unknown and stays absent (R3). */
export function blankToNull(value: string | null | undefined): string | null | undefined {
  return value?.trim() === '' ? null : value;
}

/**
 * Like `blankToNull`; a built-in placeholder such as `-` becomes null too (R2). For a field whose value can be read
 * from another key of the same answer.
 */
export function emptyToNull(sort: PlaceholderSort, value: string | null | undefined): string | null | undefined {
  return BUILT_IN_LIST.has(sort, value) ? null : blankToNull(value);
}
