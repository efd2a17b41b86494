import { customFieldPath } from './fields.js';
import { z } from 'zod';
import type { FieldProblem } from './field-problem.js';
import type { SourceRecord } from './record.js';

/** A part of an item that does not have the documented form and is left out. */
export interface InvalidField {
  /** The item's own key. */
  readonly key: string;
  /** The error, with the path of the part. */
  readonly message: string;
}

/** An item without its invalid fields. */
export type WithoutInvalid<Item> = Item & { readonly invalidFields: readonly InvalidField[] };

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Reads an object field by field: fields that its schema refuses are left out and reported, the rest is used (R7). Of a
 * list only the invalid item is left out, or null if the schema accepts null items, so that parallel lists stay
 * parallel.
 *
 * Only a value that is not an object, or has no usable id, is refused as a whole.
 * @param idKey the key that the object must have
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
 * The problems of a record that was made from an item.
 * @param fields the record's field by the item's key; other keys are custom fields
 */
export function problemsOf(
  invalidFields: readonly InvalidField[],
  fields: Readonly<Record<string, string>>,
): readonly FieldProblem[] {
  const problems = invalidFields.map(({ key, message }) => ({
    field: Object.hasOwn(fields, key) ? String(fields[key]) : customFieldPath(key),
    code: 'wrong_type',
    message,
  }));
  return eachOnce(problems);
}

/** A record with its problems: the first one of each field. */
export function withProblems(record: SourceRecord, problems: readonly FieldProblem[]): SourceRecord {
  const all = eachOnce([...(record.problems ?? []), ...problems]);
  return all.length === 0 ? record : { ...record, problems: all };
}

/** The first problem of each field. */
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
  // Last, because the positions in the other issues refer to the list as it was.
  for (const list of emptied) list.splice(0, list.length, ...list.filter((item) => item !== REMOVED));
  return left;
}

/** Marks an item of a list that is left out. */
const REMOVED = Symbol('removed');

/**
 * Removes one part: a key, or an item of a list. If it is missing or already null, its parent is invalid.
 * @returns the list that an item is removed from, else an empty one; null if nothing can be removed
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
  // The parent was removed because of another issue.
  if (!isObject(holder)) return [];
  if (!Object.hasOwn(holder, last)) return leaveOutPart(left, path.slice(0, -1));
  Reflect.deleteProperty(holder, last);
  return [];
}

function step(at: unknown, key: PropertyKey): unknown {
  return at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[key] : undefined;
}
