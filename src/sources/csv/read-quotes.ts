/** The result of reading the quotes of a row. */
type QuotedCells =
  | { readonly type: 'cells'; readonly cells: readonly string[]; readonly allQuoted: boolean }
  /** Text follows the closing quote of this column (counted from 1): where cells and rows end after it is unknown. */
  | { readonly type: 'broken'; readonly column: number }
  /**
   * A quote of this column (counted from 1) has no partner and follows a blank or `=`: its cells may belong to other
   * columns.
   */
  | { readonly type: 'unsure'; readonly column: number };

/**
 * Reads the cells of a row that has quotes. A cell that begins with a quote ends with one; in other cells, quotes are
 * text. Blanks around a quoted cell (`1, "Ann" ,x`) and Excel's `="0045"` are not part of the value.
 * @param raw the row as it is in the file, with or without its line end
 */
export function readQuotes(raw: string, delimiter: string): QuotedCells {
  const row = raw.replace(/(?:\r\n|\n|\r)$/, '');
  const cells: string[] = [];
  let allQuoted = true;
  for (let at = 0; ; at += delimiter.length) {
    const quoted = quotedCell(row, at, delimiter);
    const cell = quoted ?? bareCell(row, at, delimiter);
    allQuoted &&= quoted !== null;
    if (cell === null || cell === 'unsure') return { type: cell ?? 'broken', column: cells.length + 1 };
    cells.push(cell.text);
    at = cell.end;
    if (at >= row.length) return { type: 'cells', cells, allQuoted };
  }
}

interface Cell {
  readonly text: string;
  /** The position of the next delimiter, or the end of the row. */
  readonly end: number;
}

const QUOTED = /[ \u00a0]*=?[ \u00a0]*"([^"]*(?:""[^"]*)*)"[ \u00a0]*/y;

function quotedCell(row: string, at: number, delimiter: string): Cell | null {
  QUOTED.lastIndex = at;
  const found = QUOTED.exec(row);
  const end = QUOTED.lastIndex;
  if (found === null || (end < row.length && !row.startsWith(delimiter, end))) return null;
  return { text: (found[1] ?? '').replaceAll('""', '"'), end };
}

function bareCell(row: string, at: number, delimiter: string): Cell | 'unsure' | null {
  if (row.charAt(at) === '"') return null;
  const next = row.indexOf(delimiter, at);
  const end = next === -1 ? row.length : next;
  const text = row.slice(at, end);
  // A blank or "=", then a quote, and an odd number of quotes.
  const isUnsure = /^[ \u00a0]*=?[ \u00a0]*"/.test(text) && text.split('"').length % 2 === 0;
  return isUnsure ? 'unsure' : { text, end };
}

/** The character that ends a text file in DOS and CP/M; some programs still write it. */
const CTRL_Z = '\u001a';

/** Passes a text on, finds how it ends, and removes a Ctrl-Z at its end. */
export class TextEnd {
  /** Whether the text so far ends with a line end, with a line end and blanks, or with Ctrl-Z. */
  hasLineEnd = false;

  async *watch(text: AsyncGenerator<string>): AsyncGenerator<string> {
    let held = '';
    for await (const part of text) {
      const whole = held + part;
      const bare = whole.replace(TRAILING, '');
      held = whole.slice(bare.length);
      yield* this.pass(bare);
    }
    yield* this.pass(held.replaceAll(CTRL_Z, ''));
    if (held !== '') this.hasLineEnd = true;
  }

  private *pass(part: string): Generator<string> {
    if (part === '') return;
    const lastLine = part.slice(Math.max(part.lastIndexOf('\n'), part.lastIndexOf('\r')) + 1);
    if (lastLine.length < part.length) this.hasLineEnd = BLANK.test(lastLine);
    else if (!BLANK.test(lastLine)) this.hasLineEnd = false;
    yield part;
  }
}

// eslint-disable-next-line no-control-regex -- matches Ctrl-Z
const TRAILING = /\u001a+[\s\u001a]*$/;

const BLANK = /^[ \u00a0]*$/;
