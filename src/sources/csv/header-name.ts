import { textOfFormula } from './spreadsheet-forms.js';

/** What no reader of a header sees: zero-width characters, marks of direction, byte order marks (Unicode UAX #44). */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;

/** The name of a column as people see it: no blanks or invisible characters around it, one blank for several inside. */
export function cleanName(cell: string): string {
  const text = textOfFormula(cell).replace(/[\s\p{Cc}]+/gu, ' ');
  return text.replace(/^[ \p{Default_Ignorable_Code_Point}]+|[ \p{Default_Ignorable_Code_Point}]+$/gu, '');
}

/** Whether two names are the same but for case and what is not seen. */
export function sameName(one: string, other: string): boolean {
  return visible(one) === visible(other);
}

/**
 * A name by which known columns are found: those that differ only in case, spaces, dashes and the like are the same, as
 * are those with a mark of forms: `E-mail*`, `E-mail:`. What is in brackets says more: `E-mail (private)` is another.
 */
export function plainName(name: string): string {
  return visible(name)
    .normalize('NFKC')
    .replace(/[\s_.:*\p{Pd}]+/gu, '');
}

const visible = (name: string): string => cleanName(name).replace(INVISIBLE, '').normalize('NFC').toLowerCase();
