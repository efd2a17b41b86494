/** A pattern for ILIKE that finds `text` anywhere; `%` and `_` in it mean themselves. */
export function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
