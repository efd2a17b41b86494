import type { FieldProblem } from '../../domain/field-problem.js';
import { firstCharacters } from '../../domain/text.js';
import { readBooleanWord } from './boolean-words.js';
import { plainName } from './header-name.js';
import type { Header } from './map-header.js';
import type { Row } from './read-rows.js';
import {
  isRounded,
  isUnevaluated,
  plainId,
  plainText,
  textOfFormula,
  whyNoId,
  withoutGuard,
} from './spreadsheet-forms.js';

/** The reason why a row cannot become a record. */
export interface RowProblem {
  readonly code: string;
  readonly reason: string;
}

const NO_WORD = 'not a word for yes or no: use true or false';

/** Custom columns whose cells are identifiers rather than amounts: a rounded value would be another identifier. */
const ID_LIKE = /(?:id|no|nr|number|nummer|code|phone|mobile|号)$/u;

/**
 * The cells of one row by field. Each method returns undefined if there is no such column or the cell cannot be read
 * (it is then in `fieldProblems`), and null for an empty cell. Cells that are missing at the end of a row are empty:
 * spreadsheets omit the last delimiters if the last columns are empty.
 */
export class RowCells {
  /** The reason why the row cannot become a record; null = it can. */
  problem: RowProblem | null = null;
  /** The fields that are left out of the record. */
  readonly fieldProblems: FieldProblem[] = [];
  /** Whether its cells may belong to other columns or another row: its id may be the id of another record. */
  hasMoved = false;

  constructor(
    private readonly row: Row,
    readonly header: Header,
    /** Whether a text in the place of an id or a path is a placeholder for "no value" (R2). */
    readonly isPlaceholder: (text: string) => boolean = () => false,
  ) {
    const { cells, number, unsure } = row;
    const column = cells.findIndex((cell, index) => index >= header.width && cell.trim() !== '') + 1;
    if (column > 0) {
      const what = `has text in column ${column}, the header has ${header.width} names`;
      this.refuseMoved(`Row ${number} ${what}: name the column, or quote the delimiter in the cell.`);
    } else if (unsure !== undefined) this.refuseMoved(`${unsure} (row ${number}).`);
    else if (this.isShort && cells.some((cell) => /[\r\n]/.test(cell))) {
      const why = 'an unclosed quote may contain the rows below';
      this.refuseMoved(`Row ${number} has ${cells.length} cells, one with a line break: ${why}.`);
    }
  }

  get number(): number {
    return this.row.number;
  }

  /** For a row that may contain other rows: the cells of each of its lines, read as a row. */
  get lines(): readonly (readonly string[])[] {
    return this.row.lines ?? [];
  }

  /** The number of columns with a name. */
  get columns(): number {
    return this.header.names.filter((name) => name !== '').length;
  }

  /** The cells with text. */
  get texts(): readonly string[] {
    return this.row.cells.filter((cell) => cell.trim() !== '');
  }

  /** The number of empty cells after the last column of the header. */
  get excess(): number {
    return Math.max(0, this.row.cells.length - this.header.names.length);
  }

  /** Whether cells are missing at its end. */
  get isShort(): boolean {
    return this.row.cells.length < this.header.width;
  }

  /** Whether a row has no content: empty cells or lines of dashes. */
  get isBlank(): boolean {
    return this.row.cells.every((cell) => /^[\s\-=+]*$/.test(cell));
  }

  has(field: string): boolean {
    return this.header.fields.has(field);
  }

  /** The cell of a field as it is in the file, without the additions of spreadsheets. */
  raw(field: string): string | null | undefined {
    const index = this.header.fields.get(field);
    return index === undefined ? undefined : this.cell(index);
  }

  /** @param problemOf the field of the record that is left out if the cell cannot be read */
  text(field: string, problemOf = field): string | null | undefined {
    const text = this.raw(field);
    return text?.includes('\0') === true ? this.leaveOutNul(problemOf, field) : text;
  }

  /** The id of another record. */
  reference(field: string): string | null | undefined {
    const text = this.text(field);
    if (text === undefined || text === null) return text;
    const id = plainId(text);
    return this.isNoId(field, id) ? undefined : id || null;
  }

  /** A phone number or a username, which rounding would change to that of another person; other checks follow later. */
  evaluated(field: string): string | null | undefined {
    const text = this.text(field);
    const bare = text?.trim() ?? '';
    const isLost = isRounded(bare) || isUnevaluated(bare);
    return isLost && this.isNoId(field, bare) ? undefined : text;
  }

  /** R4: a word that is neither yes nor no is a problem of the field, and never counts as no. */
  flag(field: string): boolean | null | undefined {
    const text = plainText(this.text(field) ?? '');
    if (text === '') return this.emptyOf(field);
    const flag = readBooleanWord(text);
    if (flag === undefined) this.leaveOut(field, 'invalid_boolean', `"${firstCharacters(text, 40)}" is ${NO_WORD}`);
    return flag;
  }

  decimal(field: string): number | null | undefined {
    const text = this.text(field)?.trim();
    if (!text || this.isPlaceholder(text)) return this.emptyOf(field);
    if (/^-?\d+(?:[.,]\d+)?$/.test(text)) return Number(text.replace(',', '.'));
    this.leaveOut(field, 'wrong_type', 'must be a number');
    return undefined;
  }

  custom(): [string, string | null][] {
    return this.header.custom.flatMap(({ name, index }): [string, string | null][] => {
      const text = this.cell(index);
      const field = `attributes.${name}`;
      if (text?.includes('\0') === true) this.leaveOutNul(field, name);
      else if (text === null || !ID_LIKE.test(plainName(name)) || !isRounded(text.trim())) return [[name, text]];
      else this.isNoId(field, text.trim());
      return [];
    });
  }

  refuse(code: string, reason: string): void {
    this.problem ??= { code, reason };
  }

  /** Refuses the row, because it has no usable id (R7). */
  refuseMoved(reason: string): void {
    this.hasMoved = true;
    this.refuse('ragged_row', reason);
  }

  /**
   * Reports a problem of one field; the other fields are used (R7).
   * @param column the field or custom column of the cell
   */
  leaveOut(field: string, code: string, message: string, column = field): void {
    this.fieldProblems.push({ field, code, message: `${message} (row ${this.row.number}${this.placeOf(column)})` });
  }

  /** Whether the text cannot be an id; the field is then left out. */
  isNoId(field: string, text: string): boolean {
    const why = whyNoId(text);
    if (why) this.leaveOut(field, why.code, `${firstCharacters(text, 40)} is ${why.reason}`);
    return why !== null;
  }

  /** `\N` is how database exports write "no value". */
  private cell(index: number): string | null {
    const text = withoutGuard(textOfFormula(this.row.cells[index] ?? ''));
    return text === '' || text === '\\N' ? null : text;
  }

  /** The result for a text that is blank or could not be read. */
  private emptyOf(field: string): null | undefined {
    return this.has(field) && !this.fieldProblems.some((one) => one.field === field) ? null : undefined;
  }

  private placeOf(column: string): string {
    const name = column.replace(/^attributes\./, '');
    const index = this.header.fields.get(column) ?? this.header.custom.find((one) => one.name === name)?.index;
    return index === undefined ? '' : `, column ${index + 1} "${this.header.names[index] ?? ''}"`;
  }

  private leaveOutNul(field: string, name: string): undefined {
    this.leaveOut(field, 'invalid_text', 'has a NUL character', name);
    return undefined;
  }
}
