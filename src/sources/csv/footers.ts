/** What is known of the table above a row that may be a footer. */
export interface TableAbove {
  /** Rows of the table since its header, or since the footer before. */
  readonly rows: number;
  /** Columns with a name. */
  readonly columns: number;
  /** A row without any text stands between the table and this row. */
  readonly afterBlank: boolean;
  /** A row of the table had text in one cell only. */
  readonly hasLoneCells: boolean;
  /** The id of this row, if it is one, has another form than those above. */
  readonly isStrange: boolean;
  /** Its ids are paths of titles, in which any words may stand. */
  readonly isPath: boolean;
}

/** What stands below a table instead of a row of it. */
export type Footer =
  /** A count of the rows, and it is right: a database client wrote it. */
  | { readonly type: 'count' }
  /** Something that is hardly a row of the table. */
  | { readonly type: 'doubtful'; readonly what: string };

/** `(2 rows)`, `(2 rows affected)`, `(2 row(s) affected)`, and in any language psql and sqlcmd have: `(2 Zeilen)`, `(2 行)`. */
const COUNT = /^\((\d+) ?[\p{L}\p{M}]+(?:\(s\))?(?: [\p{L}\p{M}]+)?\)$/u;

/** mysql: `2 rows in set (0.01 sec)`; SQL*Plus: `2 rows selected.`; Db2: `2 record(s) selected.`; CockroachDB: `# 2 rows`. */
const CLIENT_COUNT =
  /^(?:#\s*)?(\d+) (?:rows?|records?|row\(s\)|record\(s\))(?: (?:in set|selected|affected|returned)\b.*)?$/i;

const TOTAL =
  /^(?:grand |sub-?)?(?:totals?|totale|totaal|totalt|summe|gesamt|insgesamt|gesamtsumme|итого|всего|合计|总计|合計|總計)\b|^(?:合计|总计|合計|總計|итого|всего)/iu;
const COUNTED = /^(?:sum|count|row count|rows|records|users|employees|anzahl|nombre|total \p{L}+)$/iu;
const NUMERAL = /^[\d.,'\s\u00a0]+$/u;

const END = /^(?:eof|end|end of .+|page \d+.*|seite \d+.*)$/i;
/** `***`, `-- end --`, `<EOF>`, `[end]`: no letter or digit at its ends. */
const FRAMED = /^[^\p{L}\p{M}\p{N}](?:.*[^\p{L}\p{M}\p{N}])?$/su;

/**
 * Says whether a row is no row of its table but a line below it. A count of rows is certain only when it is right: one
 * that is wrong says that rows are missing, or that a row above is none.
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
