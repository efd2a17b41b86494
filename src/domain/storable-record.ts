import { customFieldPath } from './fields.js';
import { type FieldProblem, problemKey } from './field-problem.js';
import { Numeral } from './numeral.js';
import { isCleanText, toCleanText } from './text.js';

type Given = Readonly<Record<string, unknown>>;

/** A pushed record in a form that the database can store, and its unusable fields. */
export interface StorableRecord {
  readonly record: unknown;
  /** Fields that are left out of the record; an error in `uid` or `isDeleted` refuses the record. */
  readonly faults: readonly FieldProblem[];
}

/**
 * Makes a pushed record storable. Texts that PostgreSQL cannot store (U+0000, half surrogate pairs) and ids that are an
 * inexact number (`Numeral`) are left out and reported; other numbers keep their value. The given record is not
 * changed. A value that is not an object is stored as far as it can be shown; it is refused and reported by its
 * position.
 */
export function toStorable(record: unknown): StorableRecord {
  if (!isObject(record) || record instanceof Numeral) return { record: cleaned(record), faults: [] };
  if (isPlain(record)) return { record, faults: [] };
  const faults = new Map<string, FieldProblem>();
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) keepField(kept, { key, value }, faults);
  return { record: kept, faults: [...faults.values()] };
}

type Faults = Map<string, FieldProblem>;

interface Entry {
  readonly key: string;
  readonly value: unknown;
}

function keepField(kept: Record<string, unknown>, { key, value }: Entry, faults: Faults): void {
  if (IDENTITY.has(key)) {
    if (value instanceof Numeral || !isStorable(value)) addFault(faults, key, badId(value));
    kept[key] = cleanedIdentity(value);
  } else if (key === 'attributes' && isObject(value) && !(value instanceof Numeral)) {
    const bag: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(value))
      keepValue(bag, { key: name, value: inner }, { field: customFieldPath(name), faults });
    kept[key] = bag;
  } else if (key === 'departments' && Array.isArray(value)) {
    kept[key] = value.flatMap((item: unknown, at) => {
      const id = isObject(item) && !(item instanceof Numeral) ? item['uid'] : item;
      if (!(id instanceof Numeral) && isStorable(item)) return [cleaned(item)];
      const { code, message } = badId(id);
      addFault(faults, key, { code, message: `department ${at + 1}: ${message}` });
      return [];
    });
  } else if (REFERENCE.test(key) && value instanceof Numeral) addFault(faults, key, badId(value));
  else keepValue(kept, { key, value }, { field: key, faults });
}

/** The id as far as it can be shown: the answer contains the record and the reason. */
function cleanedIdentity(value: unknown): unknown {
  if (value instanceof Numeral) return value.text;
  if (isStorable(value)) return cleaned(value);
  return toCleanText(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The keys that decide which record it is, and whether it is deleted. */
const IDENTITY = new Set(['uid', 'isDeleted']);
const REFERENCE = /Uid$/;

function keepValue(
  kept: Record<string, unknown>,
  { key, value }: Entry,
  { field, faults }: { readonly field: string; readonly faults: Faults },
): void {
  if (isCleanText(key) && isStorable(value)) kept[key] = cleaned(value);
  else addFault(faults, field, BAD_TEXT);
}

interface Reason {
  readonly code: string;
  readonly message: string;
}

const BAD_TEXT: Reason = { code: 'invalid_text', message: 'has characters that cannot be stored' };

function badId(value: unknown): Reason {
  if (!(value instanceof Numeral))
    return { code: 'invalid_uid', message: 'The id has characters that cannot be stored.' };
  const message = `The id ${value.text.slice(0, 40)} is not an integer in plain digits. Send it as text.`;
  return { code: 'invalid_uid', message };
}

function addFault(faults: Faults, field: string, reason: Reason): void {
  const name = toCleanText(field);
  const fault = { field: name, ...reason };
  const id = problemKey(fault);
  if (!faults.has(id)) faults.set(id, fault);
}

function isObject(value: unknown): value is Given {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Whether a value needs no cleaning, as in nearly all records. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value);
  if (value === null || typeof value !== 'object') return true;
  if (value instanceof Numeral) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const [key, inner] of Object.entries(value)) if (!isCleanText(key) || !isPlain(inner)) return false;
  return true;
}

function isStorable(value: unknown): boolean {
  return value instanceof Numeral || isPlain(JSON.parse(JSON.stringify(value ?? null)) as unknown);
}

/** The value as JSON, with numbers as they are stored and texts as far as they can be stored. */
function cleaned(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
    typeof inner === 'string' ? toCleanText(inner) : inner,
  ) as unknown;
}
