import { z } from 'zod';
import type { FieldProblem } from './field-problem.js';
import type { SourceRecord } from './record.js';

/** A part of an item that has another form than its document says, and is left out of it. */
export interface InvalidField {
  /** The item's own key. */
  readonly key: string;
  /** What is wrong, with the place of the part. */
  readonly message: string;
}

/** An item whose odd fields are left out. */
export type WithoutInvalid<Item> = Item & { readonly invalidFields: readonly InvalidField[] };

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Reads an object field by field: what its schema refuses is left out and named, the rest is used (R7). In a list only
 * the odd item goes: it is null where the schema takes null items, so that parallel lists stay parallel.
 *
 * Only what is no object, or has no usable id, is refused as a whole.
 * @param idKey the key without which the object is nothing
 */
export function withoutInvalidFields<Shape extends z.ZodType<object>>(shape: Shape, idKey: string) {
  return z.unknown().transform((given, context): WithoutInvalid<z.output<Shape>> => {
    const found = new Map<string, InvalidField>();
    for (let left = given; ;) {
      const parsed = shape.safeParse(left);
      if (parsed.success) return { ...parsed.data, invalidFields: [...found.values()] };
      const { issues } = parsed.error;
      const rest = isObject(left) && issues.every(({ path }) => path[0] !== idKey) ? leaveOut(left, issues) : null;
      if (rest === null) {
        for (const { path, message } of issues) context.addIssue({ code: 'custom', path: [...path], message });
        return z.NEVER;
      }
      for (const { path, message } of issues) {
        const name = path.join('.');
        if (!found.has(name)) found.set(name, { key: String(path[0]), message: `${name}: ${message}` });
      }
      left = rest;
    }
  });
}

/**
 * The problems of a record that was made of an item.
 * @param fields the record's field by the item's key; what is not named there is a custom field
 */
export function problemsOf(
  invalidFields: readonly InvalidField[],
  fields: Readonly<Record<string, string>>,
): readonly FieldProblem[] {
  const problems = invalidFields.map(({ key, message }) => ({
    field: Object.hasOwn(fields, key) ? String(fields[key]) : `attributes.${key}`,
    code: 'wrong_type',
    message,
  }));
  return eachOnce(problems);
}

/** A record with its problems, one a field: the first. */
export function withProblems(record: SourceRecord, problems: readonly FieldProblem[]): SourceRecord {
  const all = eachOnce([...(record.problems ?? []), ...problems]);
  return all.length === 0 ? record : { ...record, problems: all };
}

/** One problem a field: the first. */
function eachOnce(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  const byField = new Map<string, FieldProblem>();
  for (const one of problems) if (!byField.has(one.field)) byField.set(one.field, one);
  return [...byField.values()];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** @returns the object without the parts that the issues name; null where one of them is the object itself. */
function leaveOut(given: Record<string, unknown>, issues: readonly Issue[]): Record<string, unknown> | null {
  const left = structuredClone(given);
  const emptied: unknown[][] = [];
  for (const { path } of issues) {
    const items = leaveOutPart(left, path);
    if (items === null) return null;
    emptied.push(items);
  }
  // Only now: the places of the other issues count from the list as it was.
  for (const list of emptied) list.splice(0, list.length, ...list.filter((item) => item !== REMOVED));
  return left;
}

/** Stands in the place of an item that goes. */
const REMOVED = Symbol('removed');

/**
 * Takes one part out: a key, or an item of a list. What is missing, or is null already, makes its holder odd.
 * @returns the list that an item goes from, else an empty one; null where there is nothing left to take out
 */
function leaveOutPart(left: Record<string, unknown>, path: Path): unknown[] | null {
  const last = path.at(-1);
  if (last === undefined) return null;
  const holder = path.slice(0, -1).reduce<unknown>(step, left);
  if (Array.isArray(holder)) {
    const at = Number(last);
    if (holder[at] === REMOVED) return [];
    const isNull = holder[at] === null || holder[at] === undefined;
    holder[at] = isNull ? REMOVED : null;
    return isNull ? (holder as unknown[]) : [];
  }
  // Another issue took the holder away.
  if (!isObject(holder)) return [];
  if (!Object.hasOwn(holder, last)) return leaveOutPart(left, path.slice(0, -1));
  Reflect.deleteProperty(holder, last);
  return [];
}

function step(at: unknown, key: PropertyKey): unknown {
  return at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[key] : undefined;
}
