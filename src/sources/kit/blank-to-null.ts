/** A blank text is known to be nothing; an absent one is not known and stays absent (R3). */
export function blankToNull(value: string | null | undefined): string | null | undefined {
  return value?.trim() === '' ? null : value;
}
