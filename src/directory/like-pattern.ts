/** A pattern for ILIKE that finds `text` at any position; `%` and `_` in it are escaped. */
export function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
