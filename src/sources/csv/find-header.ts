import { parse } from 'csv-parse/sync';
import { parserOptions } from './csv-parser.js';

/** The position of the header in a file. */
export interface HeaderPlace {
  readonly delimiter: string;
  /** The number of rows before it, including blank rows. */
  readonly rowsBefore: number;
}

/** The input for finding the header. */
export interface HeaderHints {
  /** The option; undefined = not set. */
  readonly delimiter: string | undefined;
  /** Whether the cells contain the column that every row requires. */
  readonly isHeader: (cells: readonly string[]) => boolean;
}

/** The number of rows that may precede a header: `sep=`, blank rows, a title, the date of the export. */
const MAX_ROWS_BEFORE = 20;

/** The largest number of cells in a title line. A title line also has fewer cells than the header. */
const MAX_TITLE_CELLS = 2;

/** Excel's line that names the delimiter; a spreadsheet program that saves it again adds quotes and delimiters. */
const SEP_LINE = /^"?sep=([^"\r\n])"?[,;\t|]*$/i;

/**
 * Finds the header in the first text of a file: the first row that contains the required column and has only blank rows,
 * comments and short titles before it; otherwise the first row with text.
 * @param head enough text for the header
 */
export function findHeader(head: string, hints: HeaderHints): HeaderPlace {
  const named = sepOf(head);
  const given = hints.delimiter ?? named;
  const candidates = given === undefined ? rankedBy(head) : [given];
  const found = candidates.map((delimiter) => searchHeader(head, delimiter, hints)).find((one) => one !== null);
  if (found) return found;
  const delimiter = candidates[0] ?? ',';
  const first = firstRows(head, delimiter).findIndex((cells) => textsOf(cells).length > 0 && !isSepLine(cells));
  return { delimiter, rowsBefore: Math.max(0, first) };
}

function searchHeader(head: string, delimiter: string, { isHeader }: HeaderHints): HeaderPlace | null {
  let titleCells = 0;
  for (const [rowsBefore, cells] of firstRows(head, delimiter).entries()) {
    const texts = textsOf(cells).length;
    if (texts > titleCells && isHeader(cells)) return { delimiter, rowsBefore };
    if (isSepLine(cells) || isComment(cells)) continue;
    if (texts > MAX_TITLE_CELLS) return null;
    titleCells = Math.max(titleCells, texts);
  }
  return null;
}

/** The first rows that can be read; an error after them is reported when the file is read. */
function firstRows(head: string, delimiter: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const onRecord = ({ record }: { record: string[] }): null => {
    rows.push(record);
    return null;
  };
  try {
    parse(head, { ...parserOptions(delimiter), to: MAX_ROWS_BEFORE + 1, on_record: onRecord as never });
  } catch {
    return rows;
  }
  return rows;
}

function rankedBy(head: string): readonly string[] {
  const lines = head.split(/[\r\n]+/, MAX_ROWS_BEFORE + 1);
  const ranks = lines.map((line) => rankDelimiters(line));
  return [...new Set(ranks.flat())];
}

function sepOf(head: string): string | undefined {
  return SEP_LINE.exec(/^\s*([^\r\n]*)/.exec(head)?.[1]?.trimEnd() ?? '')?.[1];
}

const isSepLine = (cells: readonly string[]): boolean => /^sep=.?$/i.test(textsOf(cells)[0]?.trim() ?? '');

/** Also the first line that PowerShell writes: `#TYPE System.Management.Automation.PSCustomObject`. */
const isComment = (cells: readonly string[]): boolean => textsOf(cells)[0]?.trimStart().startsWith('#') ?? false;

const textsOf = (cells: readonly string[]): readonly string[] => cells.filter((cell) => cell.trim() !== '');

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiters that a header may have, ordered by how often they occur outside quotes. */
export function rankDelimiters(header: string): readonly string[] {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const count = (delimiter: string): number => bare.split(delimiter).length;
  return [...DELIMITERS].sort((one, other) => count(other) - count(one));
}
