/** Whether PostgreSQL can hold the text as it is: no NUL, no half of a surrogate pair. */
export function isCleanText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** Whether every key and string inside a JSON value is clean. */
export function isCleanJson(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value);
  if (Array.isArray(value)) return value.every(isCleanJson);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, inner]) => isCleanText(key) && isCleanJson(inner));
}
