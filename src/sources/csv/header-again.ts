import { SourceReadError } from '../../domain/errors.js';
import { plainName, sameName } from './header-name.js';
import { type Header, type HeaderRules, hasRequired, mapHeader } from './map-header.js';
import type { Row } from './read-rows.js';

/**
 * Reads a row below the header as another header: files that were joined (`cat a.csv b.csv`) have one each, and their
 * columns may have another order. Such a row contains the required column, has the name of a column in the place of the
 * id, and at least half of its cells are names of columns.
 * @returns null for a row of the table
 * @throws SourceConfigError if it is a header and cannot be read
 */
export function headerAgain(row: Row, current: Header, rules: HeaderRules): Header | null {
  const { cells, number } = row;
  const id = cells[current.fields.get(rules.required) ?? 0] ?? '';
  const isName = (cell: string): boolean => isKnown(cell, rules) || current.names.some((name) => sameName(name, cell));
  if (isGlued(cells, current, isName)) throw glued(number, rules);
  if (!isName(id) || !hasRequired(cells, rules)) return null;
  const texts = cells.filter((cell) => cell.trim() !== '');
  const names = texts.filter(isName);
  const least = Math.min(2, current.names.filter((name) => name !== '').length);
  if (names.length < least || names.length * 2 < texts.length) return null;
  return mapHeader(cells, { ...rules, label: `${rules.label}, in the header of row ${number},` });
}

/** Finds a last row without a line end that is followed by the header of the next file. */
function isGlued(cells: readonly string[], { width }: Header, isName: (cell: string) => boolean): boolean {
  const behind = cells.slice(width);
  if (width < 2 || behind.length === 0 || !behind.every((cell) => cell.trim() !== '' && isName(cell))) return false;
  const joint = cells[width - 1] ?? '';
  return !isName(joint) && Array.from(joint, (_, at) => joint.slice(at + 1)).some((end) => end !== '' && isName(end));
}

function glued(number: number, { label }: HeaderRules): SourceReadError {
  const what = `row ${number} continues with the header of another file, because the file before it has no final line end`;
  return new SourceReadError(`The ${label} cannot be read as csv: ${what}. Join them again.`, { retry: false });
}

function isKnown(cell: string, { known }: HeaderRules): boolean {
  const name = plainName(cell);
  return Object.entries(known).some(([field, others]) => name === plainName(field) || others.includes(name));
}
