import { isFormulaError } from '../../domain/placeholder.js';

/** `="0045"`: the only form in which Excel keeps leading zeros when it opens a csv file. */
const TEXT_FORMULA = /^\s*=\s*"((?:[^"]|"")*)"\s*$/;

/**
 * The forms in which a spreadsheet or a program writes a long number that it has rounded: 1.23E+11, 1,2e+10, 1.5E11,
 * 12E+9.
 */
const ROUNDED = /^[+-]?(?:\d+(?:[.,]\d*)?E\+\d{1,3}|\d+[.,]\d+E\d{1,3})$/i;

/** A whole number written by a program that reads columns with gaps as fractions: 12.0, 12,00, 12.000000. */
const WHOLE = /^(-?\d+)[.,](?:0{1,2}|0{4,})$/;

/**
 * A whole number that a spreadsheet shows in groups, also with two decimal places: 1,234, 1 234, 1'234, 1,234.00,
 * 1.234,00. A dot alone may also separate levels: 10.100.
 */
const GROUPED = [
  /^[1-9]\d{0,2}(?:,\d{3})+(?:\.0{1,2})?$/,
  /^[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?:[.,]0{1,2})?$/,
  /^[1-9]\d{0,2}(?:['’]\d{3})+(?:[.,]0{1,2})?$/,
  /^[1-9]\d{0,2}(?:\.\d{3})+,0{1,2}$/,
];
const PLACES = /[.,]0{1,2}$/;

/**
 * The dates that a spreadsheet makes from an id such as 3-1, in its usual formats: 2026-03-01, 3/1/2026, 1.3.2026;
 * 2026/3/1 and 3月1日 (Chinese, Japanese), 03/01/26 (LibreOffice), 1-Mar, 01-Mar-26, Mar-26. 01-03-2026 and MAR-01 are
 * not included, because they are usual forms of ids.
 */
const DATES = [
  /^\d{4}-\d{2}-\d{2}$/,
  /^\d{1,2}\/\d{1,2}\/\d{4}$/,
  /^\d{1,2}\.\d{1,2}\.\d{4}$/,
  /^(?:19|20)\d\d\/(?:0?[1-9]|1[0-2])\/(?:0?[1-9]|[12]\d|3[01])$/,
  /^(?:0?[1-9]|[12]\d|3[01])\/(?:0?[1-9]|[12]\d|3[01])\/\d\d$/,
  /^(?:0?[1-9]|[12]\d|3[01])-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-(?:19|20)?\d\d)?$/,
  /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d$/,
  /^(?:(?:19|20)\d\d年)?(?:0?[1-9]|1[0-2])月(?:0?[1-9]|[12]\d|3[01])日$/,
];
const TIME = /[ T]\d{1,2}:\d{2}(?::\d{2})?$/;

const OUTER_INVISIBLE = /^[\s\p{Default_Ignorable_Code_Point}]+|[\s\p{Default_Ignorable_Code_Point}]+$/gu;

/** The text of a cell whose formula is only that text; other cells unchanged. */
export function textOfFormula(cell: string): string {
  return TEXT_FORMULA.exec(cell)?.[1]?.replaceAll('""', '"') ?? cell;
}

/** Removes the apostrophe that was added before `= + - @` to make a text harmless for spreadsheets. */
export function withoutGuard(text: string): string {
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text;
}

/**
 * A phone number or a word without the additions of spreadsheets, programs and word processors: invisible characters
 * and quotes around it, the apostrophe that marks a text in a spreadsheet, and the `.0` of a column that was read as
 * fractions.
 */
export function plainText(text: string): string {
  const bare = text.replace(OUTER_INVISIBLE, '').replace(/^(?:'(.*)'|[“„”](.*)[“”]|‘(.*)’|«(.*)»)$/, '$1$2$3$4');
  return bare.replace(/^['’‘]/, '').replace(WHOLE, '$1');
}

/** An id or a reference without the same additions, and without thousands separators. */
export function plainId(text: string): string {
  const bare = plainText(text);
  return GROUPED.some((form) => form.test(bare)) ? bare.replace(PLACES, '').replace(/\D/g, '') : bare;
}

/** Whether digits of a number are lost. */
export const isRounded = (text: string): boolean => ROUNDED.test(text);

function isDate(text: string): boolean {
  const date = text.replace(TIME, '');
  return DATES.some((form) => form.test(date));
}

/** Whether a cell shows an error, or number signs, instead of a value: the value is unknown. */
export const hasNoValue = (text: string): boolean => isFormulaError(text) || /^##+$/.test(text);

/** Whether a text is a formula, or the number signs that replace a number that is wider than its column. */
export const isUnevaluated = (text: string): boolean => /^(?:=.|##+$)/s.test(text);

/** The reason why a cell does not contain the id itself; null = it does. */
export function whyNoId(text: string): { readonly code: string; readonly reason: string } | null {
  if (isRounded(text)) {
    const reason = 'a rounded number, for example by a spreadsheet. Format the column as text and export again';
    return { code: 'number_was_rounded', reason };
  }
  if (isDate(text)) {
    const reason = 'a date, which a spreadsheet created from the id. Format the column as text and export again';
    return { code: 'became_date', reason };
  }
  if (hasNoValue(text)) {
    return { code: 'no_value', reason: 'no value. Correct the formula or widen the column, and export again' };
  }
  return text.startsWith('=') ? { code: 'no_value', reason: 'a formula, not its value. Export values' } : null;
}
