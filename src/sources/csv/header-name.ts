import { textOfFormula } from './spreadsheet-forms.js';

/**
 * Characters that are invisible in a header: zero-width characters, direction marks, byte order marks (Unicode UAX
 * #44).
 */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;

/**
 * The visible name of a column: without blanks or invisible characters at its ends, and with one blank in place of
 * several inside.
 */
export function cleanName(cell: string): string {
  const text = textOfFormula(cell).replace(/[\s\p{Cc}]+/gu, ' ');
  return text.replace(/^[ \p{Default_Ignorable_Code_Point}]+|[ \p{Default_Ignorable_Code_Point}]+$/gu, '');
}

/** Whether two names differ only in case and in invisible characters. */
export function sameName(one: string, other: string): boolean {
  return visible(one) === visible(other);
}

/**
 * The form of a name by which known columns are found. Names that differ only in case, spaces, dashes and similar
 * characters are the same, as are names with a mark of forms: `E-mail*`, `E-mail:`. Text in brackets is part of the
 * name: `E-mail (private)` is another name.
 */
export function plainName(name: string): string {
  return visible(name)
    .normalize('NFKC')
    .replace(/[\s_.:*\p{Pd}]+/gu, '');
}

const visible = (name: string): string => cleanName(name).replace(INVISIBLE, '').normalize('NFC').toLowerCase();
