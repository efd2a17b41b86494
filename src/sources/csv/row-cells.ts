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

/** Why a row can't be a record. */
export interface RowProblem {
  readonly code: string;
  readonly reason: string;
}

const NO_WORD = 'not a word for yes or no: use true or false';

/** Custom columns whose cells are names of things rather than amounts, so that rounding makes another of them. */
const ID_LIKE = /(?:id|no|nr|number|nummer|code|phone|mobile|号)$/u;

/**
 * The cells of one row by field. What a method returns: undefined = no such column, or a cell that can't be read, which
 * is then in `fieldProblems`; null = an empty cell. Cells that are missing at the end of a row are empty: spreadsheets
 * leave out the last delimiters where the last columns are.
 */
export class RowCells {
  /** Why the row can't be a record; null = it can. */
  problem: RowProblem | null = null;
  /** Fields that are left out of the record. */
  readonly fieldProblems: FieldProblem[] = [];
  /** Its cells may belong to other columns or another row: its id may be another's. */
  hasMoved = false;

  constructor(
    private readonly row: Row,
    readonly header: Header,
    /** Whether a text is a placeholder for "no value" where an id or a path must be (R2). */
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

  /** Of a row that may have taken in others: the cells of each of its lines, if it were a row. */
  get lines(): readonly (readonly string[])[] {
    return this.row.lines ?? [];
  }

  /** Columns with a name. */
  get columns(): number {
    return this.header.names.filter((name) => name !== '').length;
  }

  /** The cells with text. */
  get texts(): readonly string[] {
    return this.row.cells.filter((cell) => cell.trim() !== '');
  }

  /** Cells behind the last one of the header, empty ones. */
  get excess(): number {
    return Math.max(0, this.row.cells.length - this.header.names.length);
  }

  /** Cells are missing at its end. */
  get isShort(): boolean {
    return this.row.cells.length < this.header.width;
  }

  /** A row that says nothing: empty cells or rules of dashes. */
  get isBlank(): boolean {
    return this.row.cells.every((cell) => /^[\s\-=+]*$/.test(cell));
  }

  has(field: string): boolean {
    return this.header.fields.has(field);
  }

  /** The cell of a field as it is in the file, but for what spreadsheets add to it. */
  raw(field: string): string | null | undefined {
    const index = this.header.fields.get(field);
    return index === undefined ? undefined : this.cell(index);
  }

  /** @param problemOf the field of the record that is left out where the cell can't be read */
  text(field: string, problemOf = field): string | null | undefined {
    const text = this.raw(field);
    return text?.includes('\0') === true ? this.leaveOutNul(problemOf, field) : text;
  }

  /** An id of another record. */
  reference(field: string): string | null | undefined {
    const text = this.text(field);
    if (text === undefined || text === null) return text;
    const id = plainId(text);
    return this.isNoId(field, id) ? undefined : id || null;
  }

  /** A phone number or a login, which rounding makes another's; what else it may be is judged later. */
  evaluated(field: string): string | null | undefined {
    const text = this.text(field);
    const bare = text?.trim() ?? '';
    const isLost = isRounded(bare) || isUnevaluated(bare);
    return isLost && this.isNoId(field, bare) ? undefined : text;
  }

  /** R4: a word that is neither yes nor no is a mistake, never a no. */
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

  /** Refuses the row without its id (R7). */
  refuseMoved(reason: string): void {
    this.hasMoved = true;
    this.refuse('ragged_row', reason);
  }

  /**
   * R7: the other fields are used.
   * @param column the field or custom column whose cell it is about
   */
  leaveOut(field: string, code: string, message: string, column = field): void {
    this.fieldProblems.push({ field, code, message: `${message} (row ${this.row.number}${this.placeOf(column)})` });
  }

  /** Whether the text can't be an id; the field is then left out. */
  isNoId(field: string, text: string): boolean {
    const why = whyNoId(text);
    if (why) this.leaveOut(field, why.code, `${firstCharacters(text, 40)} is ${why.reason}`);
    return why !== null;
  }

  /** `\N` is how database exports write that there is no value. */
  private cell(index: number): string | null {
    const text = withoutGuard(textOfFormula(this.row.cells[index] ?? ''));
    return text === '' || text === '\\N' ? null : text;
  }

  /** What is left when a text is blank or could not be read. */
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
