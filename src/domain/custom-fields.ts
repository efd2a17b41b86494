import { customFieldPath } from './fields.js';
import type { FieldProblem } from './field-problem.js';
import { isCleanJson, isCleanText, toCleanText } from './text.js';

/** Maximum number of custom fields of a record (R2). */
export const MAX_ATTRIBUTES = 64;
/** Maximum size of custom fields, in bytes of JSON (R2). */
export const MAX_ATTRIBUTE_BYTES = 16_384;
/** Maximum number of left-out custom fields that are named one by one. */
const MAX_NAMED = 20;

type Bag = Readonly<Record<string, unknown>>;

/** Custom fields to leave out, with the reason. */
export interface UnfitFields {
  readonly names: readonly string[];
  readonly problem: FieldProblem;
}

/**
 * Selects the custom fields of one record that are left out, so that the others are within the limits (R2). `null`
 * clears a field and does not count. The order of the fields does not matter: they are tried by name, in the order of
 * code units, and each that still fits is kept.
 */
export function findUnfitFields(bag: Bag): readonly UnfitFields[] {
  if (isWithinLimits(bag) && isCleanJson(bag)) return [];
  const unfit = new Map<string, UnfitReason>();
  const room = new Room();
  for (const name of Object.keys(bag).sort(byCodeUnits)) {
    const value = bag[name];
    const reason = reasonAgainst(name, value, room);
    if (reason) unfit.set(name, reason);
    else if (value !== null) room.take(name, value);
  }
  return nameUnfit(unfit);
}

/** Whether custom fields are within the limits; fields that are null are not counted. */
export function isWithinLimits(bag: Bag): boolean {
  const names = Object.keys(bag);
  if (names.length > MAX_ATTRIBUTES && names.filter((name) => bag[name] !== null).length > MAX_ATTRIBUTES) return false;
  return Buffer.byteLength(JSON.stringify(bag)) <= MAX_ATTRIBUTE_BYTES;
}

/** The order in which fields are tried. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The number and size of the fields that are kept. */
export class Room {
  private count = 0;
  private bytes = 2;

  /** Why a value does not fit beside the others, in place of `instead`; null where it does. */
  refuse(name: string, value: unknown, instead?: unknown): UnfitReason | null {
    const size = sizeOf(name, value);
    const hadPlace = instead !== undefined;
    const bytes = this.bytes + size - (hadPlace ? sizeOf(name, instead) : 0);
    if (size + 2 - COMMA > MAX_ATTRIBUTE_BYTES) return { code: 'too_large', message: `takes ${size} bytes; ${LIMIT}` };
    if (this.count >= MAX_ATTRIBUTES && !hadPlace) return { code: 'too_many_fields', message: TOO_MANY };
    return bytes > MAX_ATTRIBUTE_BYTES + COMMA ? { code: 'too_large', message: `does not fit: ${LIMIT}` } : null;
  }

  take(name: string, value: unknown): void {
    this.count += 1;
    this.bytes += sizeOf(name, value);
  }

  free(name: string, value: unknown): void {
    this.count -= 1;
    this.bytes -= sizeOf(name, value);
  }
}

/** Bytes of a field with the comma after it; the last field has none. */
export function sizeOf(name: string, value: unknown): number {
  return Buffer.byteLength(JSON.stringify({ [name]: value })) - 2 + COMMA;
}

const COMMA = 1;
const TOO_MANY = `at most ${MAX_ATTRIBUTES} custom fields are stored; set an unused field to null`;
const LIMIT = `the custom fields of a record have at most ${MAX_ATTRIBUTE_BYTES} bytes in total`;

function reasonAgainst(name: string, value: unknown, room: Room): UnfitReason | null {
  if (!isCleanText(name) || !isCleanJson(value))
    return { code: 'invalid_text', message: 'has characters that cannot be stored' };
  return value === null ? null : room.refuse(name, value);
}

/** Why a custom field is left out. */
export interface UnfitReason {
  /** `too_many_fields`, `too_large` or `invalid_text`. */
  readonly code: string;
  readonly message: string;
}

/** Lists left-out fields: the first ones one by one, the rest in one entry, because a record may have thousands. */
export function nameUnfit(unfit: ReadonlyMap<string, UnfitReason>): readonly UnfitFields[] {
  const all = [...unfit];
  const named = all.slice(0, MAX_NAMED).map(([name, reason]) => ({
    names: [name],
    problem: { field: customFieldPath(toCleanText(name)), ...reason },
  }));
  const rest = all.slice(MAX_NAMED).map(([name]) => name);
  if (rest.length === 0) return named;
  const message = `${rest.length} more custom fields are left out for the same reasons`;
  return [...named, { names: rest, problem: { field: 'attributes', code: 'too_many_fields', message } }];
}
