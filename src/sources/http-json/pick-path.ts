import { firstCharacters } from '../../domain/text.js';

/**
 * A path into JSON: keys and positions in lists, joined by dots, as in `data.items.0.id`. A dot in a key is written
 * `\.`.
 */
export const PATH_PATTERN = /^(?:[^.\\]|\\.)+(?:\.(?:[^.\\]|\\.)+)*$/;

const PART = /(?:[^.\\]|\\.)+/g;

/**
 * The value at a path; undefined if there is none. The path '' is the value itself.
 *
 * Nothing in a path is evaluated: it contains only names, and only own properties are read.
 */
export function pickPath(value: unknown, path: string): unknown {
  const parts = path === '' ? [] : (path.match(PART) ?? []);
  return parts.map((part) => part.replaceAll(/\\(.)/g, '$1')).reduce(step, value);
}

function step(at: unknown, key: string): unknown {
  if (typeof at !== 'object' || at === null) return undefined;
  if (Array.isArray(at)) return /^\d+$/.test(key) ? (at[Number(key)] as unknown) : undefined;
  return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
}

/** The largest number of keys, and of their characters, in one message. */
const MAX_KEYS = 20;
const MAX_LENGTH = 300;

/**
 * Describes for a message which keys exist near a path that does not exist: names, never values.
 * @returns a sentence such as `"data" has the keys items, next.`
 */
export function keysNear(body: unknown, path: string): string {
  const parts = path === '' ? [] : (path.match(/(?:[^.\\]|\\.)+/g) ?? []);
  for (let length = parts.length; length >= 0; length -= 1) {
    const place = parts.slice(0, length).join('.');
    const value = pickPath(body, place);
    if (value !== undefined) return `${place === '' ? 'The answer' : `"${place}"`} ${describe(value)}.`;
  }
  return 'The answer has no body.';
}

function describe(value: unknown): string {
  if (value === null) return 'is null';
  if (Array.isArray(value)) return `is a list of ${value.length}`;
  if (typeof value !== 'object') return `is a ${typeof value}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return 'is an object without keys';
  const shown = firstCharacters(keys.slice(0, MAX_KEYS).join(', '), MAX_LENGTH);
  return `has the keys ${shown}${keys.length > MAX_KEYS ? ' …' : ''}`;
}

/** Whether a value of an answer is the value in an option: `0` and `"0"` are the same, because forms send texts. */
export function isValue(value: unknown, wanted: string | number | boolean): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  return String(value) === String(wanted);
}
