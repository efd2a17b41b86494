/** What the quotes of a row say of its cells. */
type QuotedCells =
  | { readonly type: 'cells'; readonly cells: readonly string[]; readonly allQuoted: boolean }
  /** Text stands behind the closing quote of this column (from 1): where cells and rows end after it is unknown. */
  | { readonly type: 'broken'; readonly column: number }
  /** A blank or `=` stands before a quote of this column (from 1) that has no partner: its cells may have moved. */
  | { readonly type: 'unsure'; readonly column: number };

/**
 * Reads the cells of a row that has quotes. A cell that begins with a quote ends with one; in another cell quotes are
 * text. Blanks around a quoted cell (`1, "Ann" ,x`) and Excel's `="0045"` belong to the writing, not to the cell.
 * @param raw the row as it stands in the file, with or without its line end
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
  /** Where its delimiter is, or the end of the row. */
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
  // A blank or "=", then a quote, and a number of quotes that is odd.
  const isUnsure = /^[ \u00a0]*=?[ \u00a0]*"/.test(text) && text.split('"').length % 2 === 0;
  return isUnsure ? 'unsure' : { text, end };
}

/** DOS and CP/M close a text with this character; some writers still do. */
const CTRL_Z = '\u001a';

/** Watches a text go by to its end, and leaves the Ctrl-Z at its end out. */
export class TextEnd {
  /** Whether the text so far ends with a line end, with nothing but blanks behind one, or with Ctrl-Z. */
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

// eslint-disable-next-line no-control-regex -- Ctrl-Z is what it is about
const TRAILING = /\u001a+[\s\u001a]*$/;

const BLANK = /^[ \u00a0]*$/;
