import fc from 'fast-check';
import iconv from 'iconv-lite';

/** How a table is written, in one of the many ways that are legal or usual. */
export interface Spelling {
  readonly delimiter: ',' | ';' | '\t' | '|';
  /** Taken in turn, one a row. */
  readonly lineEnds: readonly string[];
  readonly encoding: 'utf8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | 'gb18030';
  readonly marks: 0 | 1 | 2;
  readonly before: readonly ('sep' | 'blank' | 'title')[];
  readonly quotes: 'all' | 'needed' | 'mixed';
  readonly header: 'plain' | 'capitals' | 'spaced' | 'invisible' | 'formula';
  readonly ids: 'plain' | 'formula' | 'apostrophe';
  readonly dropsEmptyEnds: boolean;
  readonly extraDelimiters: boolean;
  readonly end: '' | '\n\n' | '\u001a' | ' ';
  /** Decides about each cell that may be written in several ways. */
  readonly seed: number;
}

/** Any spelling. */
export const anySpelling: fc.Arbitrary<Spelling> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  lineEnds: fc.array(fc.constantFrom('\r\n', '\n', '\r'), { minLength: 1, maxLength: 4 }),
  encoding: fc.constantFrom('utf8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be', 'gb18030'),
  marks: fc.constantFrom(0, 1, 2),
  before: fc.array(fc.constantFrom('sep', 'blank', 'title'), { maxLength: 3 }),
  quotes: fc.constantFrom('all', 'needed', 'mixed'),
  header: fc.constantFrom('plain', 'capitals', 'spaced', 'invisible', 'formula'),
  ids: fc.constantFrom('plain', 'formula', 'apostrophe'),
  dropsEmptyEnds: fc.boolean(),
  extraDelimiters: fc.boolean(),
  end: fc.constantFrom('', '\n\n', '\u001a', ' '),
  seed: fc.integer({ min: 0, max: 1_000_000 }),
});

/**
 * Writes a table.
 * @param ids columns whose cells are ids
 */
export function writeCsv(
  { columns, rows, ids }: { columns: readonly string[]; rows: readonly (readonly string[])[]; ids: readonly string[] },
  spelling: Spelling,
): Buffer {
  const { lineEnds, before, delimiter } = spelling;
  const isId = columns.map((name) => ids.includes(name));
  const lines = [
    // Excel reads the line only where it is the first one.
    ...[...before].sort((one) => (one === 'sep' ? -1 : 1)).map((one) => LINES_BEFORE[one](delimiter)),
    rowOf(
      columns.map((name) => nameOf(name, spelling)),
      spelling,
      0,
    ),
    ...rows.map((row, at) =>
      rowOf(
        row.map((cell, column) => idOf(cell, isId[column] ?? false, spelling)),
        spelling,
        at + 1,
      ),
    ),
  ];
  const text = lines.map((line, at) => line + lineEnds[at % lineEnds.length]).join('') + spelling.end;
  return iconv.encode('\ufeff'.repeat(spelling.marks) + text, spelling.encoding, { addBOM: false });
}

const LINES_BEFORE: Readonly<Record<Spelling['before'][number], (delimiter: string) => string>> = {
  sep: (delimiter) => `sep=${delimiter}`,
  blank: () => '',
  title: () => 'Staff of Example "Ltd."',
};

function nameOf(name: string, { header }: Spelling): string {
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const spellings = {
    plain: name,
    capitals: name.toUpperCase(),
    spaced: spaced.replace(/^./, (letter) => letter.toUpperCase()),
    invisible: `\u200b${name}\u00a0`,
    formula: `="${name}"`,
  };
  return spellings[header];
}

function idOf(cell: string, isId: boolean, { ids }: Spelling): string {
  if (!isId || cell === '' || ids === 'plain') return cell;
  return ids === 'formula' ? `="${cell}"` : `'${cell}`;
}

function rowOf(cells: readonly string[], spelling: Spelling, at: number): string {
  const { delimiter, dropsEmptyEnds, extraDelimiters, seed } = spelling;
  const last = dropsEmptyEnds && at > 0 ? cells.findLastIndex((cell) => cell !== '') : cells.length - 1;
  const hasBreak = cells.some((cell) => /[\r\n]/.test(cell));
  const kept = hasBreak ? cells : cells.slice(0, last + 1);
  const written = kept.map((cell, column) => cellOf(cell, spelling, seed + at * 31 + column));
  return written.join(delimiter) + (extraDelimiters && kept.length === cells.length ? delimiter.repeat(2) : '');
}

/** A cell needs quotes where it holds a delimiter or a line end, or begins with a quote (RFC 4180, and what Excel reads). */
function cellOf(cell: string, { delimiter, quotes }: Spelling, chance: number): string {
  const needs = cell.includes(delimiter) || /[\r\n]|^\s*=?\s*"/.test(cell);
  const bare = cell.startsWith('="') && !cell.includes(delimiter);
  if (quotes === 'all' || (needs && !bare) || (quotes === 'mixed' && chance % 2 === 0)) {
    return `"${cell.replaceAll('"', '""')}"`;
  }
  return cell;
}
