import { readId, type ReadRow } from './read-records.js';
import { hasNoValue } from './spreadsheet-forms.js';
import { createHash } from 'node:crypto';
import { MAX_LEVELS } from '../../domain/limit-levels.js';
import type { SourceRecord } from '../../domain/record.js';

/** Makes a record from a row of the departments file, if its departments have ids. */
export const departmentRow: ReadRow = (cells) => {
  const externalId = readId(cells, 'uid');
  const fields = {
    title: cells.text('title'),
    parentUid: cells.reference('parentUid'),
    order: cells.decimal('order'),
  };
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { externalId, data: Object.fromEntries([...cells.custom(), ...known]) };
};

/** Adds the path of a row of the departments file, if its departments are paths. */
export function departmentPathRow(paths: PathDepartments): ReadRow {
  return (cells) => {
    const path = cells.text('path') ?? '';
    const isMissing = hasNoValue(path.trim()) || cells.isPlaceholder(path);
    if (isMissing) cells.refuse('missing_uid', `The path ${path.trim()} is a placeholder for "no value".`);
    const titles = readPath(path);
    if (titles === null) cells.refuse('invalid_path', 'The path has an empty title.');
    if (cells.problem || titles === null) return { externalId: null, data: null };
    paths.add(titles.slice(0, MAX_LEVELS));
    const tooDeep = whyTooDeep(titles);
    if (tooDeep !== null) cells.refuse('too_deep', `The path of row ${cells.number} ${tooDeep}.`);
    return { externalId: pathId(titles), data: null };
  };
}

/**
 * Splits a text at a separator. A backslash before the separator, or before a backslash, makes it part of the text.
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

/** The titles of `A/B/C`, from the root down; a slash in a title is written `\/`. null = a title is missing. */
export function readPath(text: string): readonly string[] | null {
  const titles = splitEscaped(text, '/', true).map((title) => title.trim().normalize('NFC'));
  return titles.some((title) => title === '') ? null : titles;
}

/** Why a path is too deep for a department (R20); null = it is not. Its first 64 levels are departments anyway. */
export function whyTooDeep({ length }: readonly string[]): string | null {
  return length > MAX_LEVELS ? `has ${length} levels; at most ${MAX_LEVELS} are allowed` : null;
}

/** The id of the department at a path: made from the path, so the same path always has the same id. */
export function pathId(titles: readonly string[]): string {
  return `path-${createHash('sha256').update(JSON.stringify(titles)).digest('hex').slice(0, 32)}`;
}

/** The departments that paths name, each yielded once, parents before children. */
export class PathDepartments {
  private readonly yielded = new Set<string>();
  private fresh: SourceRecord[] = [];

  get size(): number {
    return this.yielded.size;
  }

  /** Adds the department at a path and all departments above it. Not for long paths: each level hashes all above it. */
  add(titles: readonly string[]): void {
    const externalId = pathId(titles);
    const title = titles.at(-1);
    if (title === undefined || this.yielded.has(externalId)) return;
    const above = titles.slice(0, -1);
    this.add(above);
    this.yielded.add(externalId);
    const parentUid = above.length > 0 ? pathId(above) : null;
    this.fresh.push({ externalId, data: { title, parentUid } });
  }

  /** The departments that were added since the last call. */
  take(): readonly SourceRecord[] {
    const taken = this.fresh;
    this.fresh = [];
    return taken;
  }
}
