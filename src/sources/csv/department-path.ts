import { createHash } from 'node:crypto';
import type { SourceRecord } from '../../domain/record.js';

/**
 * Splits at a separator; a backslash before it (or before a backslash) makes it a letter.
 * @param separator one character
 */
export function splitEscaped(text: string, separator: string, unescape: boolean): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    const escaped = letter === '\\' && at + 1 < text.length;
    if (letter === separator) parts.push('');
    else if (escaped) parts.push((parts.pop() ?? '') + (unescape ? '' : letter) + text.charAt((at += 1)));
    else parts.push((parts.pop() ?? '') + letter);
  }
  return parts;
}

/** The titles from the root down, of `A/B/C`; a slash in a title is written `\/`. null = a title is missing. */
export function readPath(text: string): readonly string[] | null {
  const titles = splitEscaped(text, '/', true).map((title) => title.trim().normalize('NFC'));
  return titles.some((title) => title === '') ? null : titles;
}

/** The id of the department at a place: made from its path, so that the same path always has the same id. */
export function pathId(titles: readonly string[]): string {
  return `path-${createHash('sha256').update(JSON.stringify(titles)).digest('hex').slice(0, 32)}`;
}

/** The departments that paths name, each told once, parents before children. */
export class PathDepartments {
  private readonly told = new Set<string>();
  private fresh: SourceRecord[] = [];

  get size(): number {
    return this.told.size;
  }

  /** Adds the department at a path and all above it. */
  add(titles: readonly string[]): void {
    const externalId = pathId(titles);
    const title = titles.at(-1);
    if (title === undefined || this.told.has(externalId)) return;
    const above = titles.slice(0, -1);
    this.add(above);
    this.told.add(externalId);
    const parentUid = above.length > 0 ? pathId(above) : null;
    this.fresh.push({ externalId, data: { title, parentUid } });
  }

  /** Those that were added since the last call. */
  take(): readonly SourceRecord[] {
    const taken = this.fresh;
    this.fresh = [];
    return taken;
  }
}
