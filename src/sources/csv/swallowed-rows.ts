/** A row over several lines of the file, and facts about its table. */
interface RowOverLines {
  /** The cells of each line, read as a row. */
  readonly lines: readonly (readonly string[])[];
  /** The id of the row. */
  readonly id: string;
  /** The number of columns with a name. */
  readonly columns: number;
  readonly idColumn: number;
}

/** The minimum number of columns. With two columns, one delimiter in each line of a note is too common to be a sign. */
const LEAST_COLUMNS = 3;

/** The lines of a row as it is in the file, without blank lines. */
export function linesOf(raw: string, delimiter: string): readonly (readonly string[])[] {
  const lines = raw.replace(/^[\r\n]+|[\r\n]+$/g, '').split(/[\r\n]+/);
  return lines.map((line) => line.split(delimiter));
}

/**
 * Whether a quoted cell may contain whole rows: a quote of a later row closes an opening quote, or an inch mark, of
 * this row, and RFC 4180 reads all text between them as one cell. Then each line has as many cells as the header, or a
 * line has as many and an id with letters or digits like the id of the row. A note of several lines rarely has: in
 * prose, a blank follows a comma. Call it only for rows with a cell that is not quoted: if all cells are quoted, a
 * missing or additional quote leaves text after a closing quote.
 */
export function mayHaveSwallowed({ lines, id, columns, idColumn }: RowOverLines): boolean {
  if (lines.length < 2 || columns < 2) return false;
  const isWhole = (cells: readonly string[]) =>
    cells.length >= columns && cells.slice(columns).every((cell) => cell.trim() === '');
  if (columns >= LEAST_COLUMNS && lines.every(isWhole)) return true;
  // The quote may be in a column before the id: then the id of the row is in its last line.
  const own = [lines[0], lines.at(-1)].find((cells) => cells?.[idColumn]?.includes(id)) ?? lines[0];
  // If ids are quoted, the quote of an id in a later row would have ended the cell.
  if (own?.[idColumn]?.includes('"') && idColumn === 0) return false;
  return lines.some((cells) => {
    const isRow = cells !== own && isWhole(cells) && (!isSpaced(cells) || isSpaced(own ?? []));
    return isRow && isLikeId(cells[idColumn] ?? '', id);
  });
}

/** Whether a blank follows a delimiter. */
const isSpaced = (cells: readonly string[]): boolean => cells.slice(1).some((cell) => /^\s/.test(cell));

function isLikeId(cell: string, id: string): boolean {
  const text = cell.trim().replace(/^"(.*)"$/, '$1');
  // The quote that is closed here was opened in the column of the id, so the id is unusable.
  if (!/^[\p{L}\p{N}]/u.test(text) || text.includes('"') || (/\s/.test(text) && !/\s/.test(id))) return false;
  const kinds = kindsOf(id);
  return [...kindsOf(text)].some((kind) => kinds.has(kind));
}

/** Records which kinds of characters the ids of a file have. */
export class SeenIds {
  private readonly kinds = new Set<string>();
  private allHaveDigits = true;

  add(id: string): void {
    const kinds = kindsOf(id);
    for (const kind of kinds) this.kinds.add(kind);
    if (!kinds.has('digit')) this.allHaveDigits = false;
  }

  /** Whether the id has a kind of character that no id had so far, or has no digits although each other id had one. */
  isStrange(id: string): boolean {
    if (id === '') return true;
    if (this.kinds.size === 0) return false;
    const kinds = kindsOf(id);
    const isNew = [...kinds].some((kind) => !this.kinds.has(kind));
    return isNew || (this.allHaveDigits && !kinds.has('digit'));
  }
}

/** The kinds of characters in an id: digits, letters, and each other character. */
function kindsOf(id: string): ReadonlySet<string> {
  return new Set(
    [...id].map((letter) => (/\p{N}/u.test(letter) ? 'digit' : /[\p{L}\p{M}]/u.test(letter) ? 'letter' : letter)),
  );
}
