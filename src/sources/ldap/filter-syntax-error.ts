/** A filter that cannot be read. The message names the position and what to write there. */
export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError';
  constructor(what: string, text: string, at: number) {
    super(`${what} (${placeOf(text, at)})`);
  }
}

/** `character 12, at "(uid=x)"`; with the line if the filter has several. Both count from 1. */
function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const lines = before.split(/\r\n|\r|\n/);
  const line = /[\r\n]/.test(text) ? `line ${lines.length}, ` : '';
  const rest = text.slice(at).trimStart();
  const near =
    rest === '' ? 'at the end' : `at "${rest.slice(0, 20).replace(/\s+/g, ' ')}${rest.length > 20 ? '…' : ''}"`;
  return `${line}character ${(lines.at(-1) ?? '').length + 1}, ${near}`;
}
