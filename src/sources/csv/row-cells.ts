import type { Header } from './map-header.js';
import type { Row } from './read-rows.js';

/** Why a row can't be a record. */
export interface RowProblem {
  readonly code: string;
  readonly reason: string;
}

/** How a spreadsheet writes a long number that it has rounded: 1.23E+11. */
const ROUNDED = /^[+-]?\d(?:[.,]\d+)?E\+\d{1,3}$/i;

const WORDS = new Map([
  ...['true', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'no', '0'].map((word) => [word, false] as const),
]);

/**
 * The cells of one row by field. What a method returns: undefined = no such column, null = an empty cell.
 * The first cell that can't be read is kept in `problem`.
 */
export class RowCells {
  problem: RowProblem | null = null;

  constructor(
    private readonly row: Row,
    private readonly header: Header,
  ) {
    const { cells, number } = row;
    const tooMany = cells.slice(header.width).some((cell) => cell.trim() !== '');
    if (cells.length >= header.width && !tooMany) return;
    this.refuse('ragged_row', `Row ${number} has ${cells.length} cells, the header has ${header.width}.`);
  }

  /** A row of nothing but empty cells, as spreadsheets leave them behind. */
  get isBlank(): boolean {
    return this.row.cells.every((cell) => cell.trim() === '');
  }

  has(field: string): boolean {
    return this.header.fields.has(field);
  }

  text(field: string): string | null | undefined {
    const index = this.header.fields.get(field);
    if (index === undefined) return undefined;
    const cell = this.row.cells[index] ?? '';
    return cell === '' ? null : cell;
  }

  /** Text in which a number that a spreadsheet rounded would be another person's. */
  exact(field: string): string | null | undefined {
    const text = this.text(field)?.trim();
    if (!text) return this.has(field) ? null : undefined;
    return this.refuseRounded(field, text) ? null : text;
  }

  /** R4: a word that is neither yes nor no is a mistake, never a no. */
  flag(field: string): boolean | null | undefined {
    const text = this.text(field)?.trim();
    if (!text) return this.has(field) ? null : undefined;
    const flag = WORDS.get(text.toLowerCase());
    if (flag === undefined) {
      this.refuse('invalid_boolean', `${field} in row ${this.row.number} must be true, false, yes, no, 1 or 0.`);
    }
    return flag ?? null;
  }

  number(field: string): number | null | undefined {
    const text = this.text(field)?.trim();
    if (!text) return this.has(field) ? null : undefined;
    if (/^-?\d+(?:[.,]\d+)?$/.test(text)) return Number(text.replace(',', '.'));
    this.refuse('invalid_number', `${field} in row ${this.row.number} must be a number.`);
    return null;
  }

  custom(): [string, string | null][] {
    return this.header.custom.map(({ name, index }) => [name, this.row.cells[index] || null]);
  }

  refuse(code: string, reason: string): void {
    this.problem ??= { code, reason };
  }

  /** Whether the text is a rounded number; says so. */
  refuseRounded(field: string, text: string): boolean {
    if (!ROUNDED.test(text)) return false;
    const where = `${field} in row ${this.row.number} is ${text}`;
    this.refuse(
      'number_was_rounded',
      `${where}: a spreadsheet rounded it. Format the column as text and export again.`,
    );
    return true;
  }
}
