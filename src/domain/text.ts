/** Whether PostgreSQL can store the text: no NUL, no half surrogate pair. */
export function isCleanText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** The text in a form that PostgreSQL can store: U+FFFD replaces what it cannot. */
export function toCleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** Whether every key and string inside a JSON value is clean. */
export function isCleanJson(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value);
  if (Array.isArray(value)) return value.every(isCleanJson);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, inner]) => isCleanText(key) && isCleanJson(inner));
}

/**
 * Whether a text has more than `most` characters. A character is a Unicode code point, as PostgreSQL's `length` counts:
 * an emoji or a rare Chinese character is one, although it takes two UTF-16 units.
 */
export function isLongerThan(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (text.length > 2 * most) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count > most;
}

/** The first characters of a text, at most `most` UTF-16 units; no character is cut in half. */
export function firstCharacters(text: string, most: number): string {
  const cut = text.slice(0, most);
  return cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** A pattern for ILIKE that finds `text` at any position; `%` and `_` in it are escaped. */
export function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
