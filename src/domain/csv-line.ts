/** Characters at which a spreadsheet program begins to read a formula, an old macro or a command. */
const TRIGGERS = new Set(['=', '+', '-', '@', '|', '%']);
/** Characters that programs ignore before such a character: spaces, quotes, invisible characters. */
const IGNORED = /[\s"'`\p{Default_Ignorable_Code_Point}\p{Cc}\uFEFF]/u;
/** Characters at which programs with another separator begin a new cell, also inside quotes. */
const CELL_BEGINS = /(?<=[;\t\r\n])/;

/**
 * One line of a CSV file (RFC 4180). A text in which a spreadsheet program would find a formula gets a leading
 * apostrophe, because the values come from outside systems (CWE-1236; OWASP, CSV Injection).
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

/** Escapes a text. One that begins with a control character too: programs drop it and evaluate the rest. */
function disarm(text: string): string {
  const first = [...text].find((character) => !IGNORED.test(character));
  const isFormula = first !== undefined && TRIGGERS.has(first.normalize('NFKC'));
  return isFormula || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}
