/** Facts about the table above a row that may be a footer. */
export interface TableAbove {
  /** The number of rows since the header, or since the last footer. */
  readonly rows: number;
  /** The number of columns with a name. */
  readonly columns: number;
  /** Whether a row without text is between the table and this row. */
  readonly afterBlank: boolean;
  /** Whether a row of the table had text in one cell only. */
  readonly hasLoneCells: boolean;
  /** Whether the id of this row, if it has one, has another form than the ids above. */
  readonly isStrange: boolean;
  /** Whether the ids are paths of titles, which can contain any words. */
  readonly isPath: boolean;
}

/** A line below a table that is not a row of it. */
export type Footer =
  /** Whether it is a correct count of the rows, written by a database client. */
  | { readonly type: 'count' }
  /** A line that is probably not a row of the table. */
  | { readonly type: 'doubtful'; readonly what: string };

/**
 * `(2 rows)`, `(2 rows affected)`, `(2 row(s) affected)`, and the same in any language of psql and sqlcmd: `(2
 * Zeilen)`, `(2 行)`.
 */
const COUNT = /^\((\d+) ?[\p{L}\p{M}]+(?:\(s\))?(?: [\p{L}\p{M}]+)?\)$/u;

/** mysql: `2 rows in set (0.01 sec)`; SQL*Plus: `2 rows selected.`; Db2: `2 record(s) selected.`; CockroachDB: `# 2 rows`. */
const CLIENT_COUNT =
  /^(?:#\s*)?(\d+) (?:rows?|records?|row\(s\)|record\(s\))(?: (?:in set|selected|affected|returned)\b.*)?$/i;

const TOTAL =
  /^(?:grand |sub-?)?(?:totals?|totale|totaal|totalt|summe|gesamt|insgesamt|gesamtsumme|итого|всего|合计|总计|合計|總計)\b|^(?:合计|总计|合計|總計|итого|всего)/iu;
const COUNTED = /^(?:sum|count|row count|rows|records|users|employees|anzahl|nombre|total \p{L}+)$/iu;
const NUMERAL = /^[\d.,'\s\u00a0]+$/u;

const END = /^(?:eof|end|end of .+|page \d+.*|seite \d+.*)$/i;
/** `***`, `-- end --`, `<EOF>`, `[end]`: no letter or digit at the start or end. */
const FRAMED = /^[^\p{L}\p{M}\p{N}](?:.*[^\p{L}\p{M}\p{N}])?$/su;

/**
 * Decides whether a row is a line below its table instead of a row of it. A count of rows is accepted only if it is
 * correct: a wrong count means that rows are missing, or that a row above is not a row of the table.
 */
export function readFooter(cells: readonly string[], above: TableAbove): Footer | null {
  const texts = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  const count = texts.length === 1 ? countIn(texts[0] ?? '') : null;
  if (count !== null) {
    if (count === above.rows) return { type: 'count' };
    return doubtful(`names ${count} rows, but ${above.rows} were read: rows may be missing or split`);
  }
  if (above.rows === 0 || above.isPath) return null;
  if (isTotal(texts)) return doubtful('looks like a row of totals');
  return readNote(texts, above);
}

function countIn(text: string): number | null {
  const count = (COUNT.exec(text) ?? CLIENT_COUNT.exec(text))?.[1];
  return count === undefined ? null : Number(count);
}

function isTotal([first = '', ...others]: readonly string[]): boolean {
  if (others.length === 0) return TOTAL.test(first);
  return others.every((cell) => NUMERAL.test(cell)) && (TOTAL.test(first) || COUNTED.test(first));
}

function readNote([first = '', ...others]: readonly string[], above: TableAbove): Footer | null {
  if (above.isStrange && first.endsWith(':')) return doubtful('looks like a note with its label');
  if (others.length > 0) return null;
  if (END.test(first) || (above.isStrange && FRAMED.test(first))) return doubtful('looks like the end of a report');
  const isApart = above.afterBlank && !above.hasLoneCells && above.columns > 1;
  return isApart ? doubtful('is below a blank row and has text in one cell only') : null;
}

function doubtful(what: string): Footer {
  return { type: 'doubtful', what };
}
