/** Characters that a spreadsheet program takes for the beginning of a formula, an old macro or a command. */
const TRIGGERS = new Set(['=', '+', '-', '@', '|', '%']);
/** Stands before a trigger without keeping a program from seeing it: blanks, quotes, invisible characters. */
const IGNORED = /[\s"'`\p{Default_Ignorable_Code_Point}\p{Cc}\uFEFF]/u;
/** Where programs that are set to another separator begin a new cell, also inside our quotes. */
const CELL_BEGINS = /(?<=[;\t\r\n])/;

/**
 * One line of a CSV file (RFC 4180). A text in which a spreadsheet program would find a formula gets an apostrophe
 * before it: the values come from outside, and people open the files (CWE-1236; OWASP, CSV Injection).
 */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = text.split(CELL_BEGINS).map(disarm).join('');
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Text that begins with a control character is disarmed too: programs drop it and go on with what follows. */
function disarm(text: string): string {
  const first = [...text].find((character) => !IGNORED.test(character));
  const isFormula = first !== undefined && TRIGGERS.has(first.normalize('NFKC'));
  return isFormula || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}
