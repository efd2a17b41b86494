import type { z } from 'zod';
import { type FieldProblem, problemKey } from './field-problem.js';

type Given = Readonly<Record<string, unknown>>;

/** The usable fields of a record, or the reason why none is usable. */
export type FieldsVerdict =
  | { readonly ok: true; readonly value: Record<string, unknown>; readonly problems: readonly FieldProblem[] }
  | { readonly ok: false; readonly code: 'invalid_record' | 'invalid_field'; readonly message: string };

/**
 * The `params` of a schema's issue: a stable code, and the smallest part of the record to leave out. Without such a
 * part the whole field is left out.
 */
export interface IssueParams {
  readonly code?: string;
  /** Paths of the parts, from the record: custom fields, an item of a list, a key of an item. */
  readonly leaveOut?: readonly Path[];
  /** A key of an item becomes null instead of absent: its value is not known. */
  readonly asNull?: boolean;
  /** The name of the field, if it is not the first key of the path. */
  readonly field?: string;
}

type Path = readonly PropertyKey[];

/**
 * Reads a record field by field: a field that the schema refuses is left out and reported, the others are used (R7).
 *
 * Only a record that is not an object, or that lacks a required key, is refused as a whole.
 */
export function readFields(schema: z.ZodType<Record<string, unknown>>, data: unknown): FieldsVerdict {
  const problems = new Map<string, FieldProblem>();
  for (let given = data; ;) {
    const parsed = schema.safeParse(given);
    if (parsed.success) return { ok: true, value: parsed.data, problems: [...problems.values()] };
    const { issues } = parsed.error;
    const left = isRecord(given) ? leaveOut(given, issues) : null;
    if (left === null) return refuse(issues[0]);
    for (const problem of issues.map(toProblem)) {
      const key = problemKey(problem);
      if (!problems.has(key)) problems.set(key, problem);
    }
    given = left;
  }
}

type Issue = z.core.$ZodIssue;

function isRecord(value: unknown): value is Given {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const paramsOf = (issue: Issue): IssueParams => (issue.code === 'custom' && (issue.params as IssueParams)) || {};

function toProblem(issue: Issue): FieldProblem {
  const { code, field } = paramsOf(issue);
  return { field: field ?? String(issue.path[0]), code: code ?? codeOf(issue), message: issue.message };
}

function codeOf(issue: Issue): string {
  return issue.code === 'invalid_type' || issue.code === 'invalid_union' ? 'wrong_type' : 'invalid_field';
}

function refuse(issue: Issue | undefined): FieldsVerdict {
  const path = issue?.path.join('.') ?? '';
  const cause = issue?.message ?? 'is not valid';
  if (path === '') return { ok: false, code: 'invalid_record', message: cause };
  return { ok: false, code: 'invalid_field', message: `${path}: ${cause}` };
}

/** @returns the record without the parts that the issues name; null if a part is the record itself or is missing. */
function leaveOut(record: Given, issues: readonly Issue[]): Given | null {
  const left = structuredClone(record) as Record<PropertyKey, unknown>;
  const items = new Map<unknown[], Set<number>>();
  const parts = issues.flatMap((issue) => {
    const { leaveOut: paths = [issue.path.slice(0, 1)], asNull = false } = paramsOf(issue);
    return paths.map((path) => ({ path, asNull }));
  });
  for (const { path, asNull } of parts) {
    const last = path.at(-1);
    if (last === undefined) return null;
    const holder = path.slice(0, -1).reduce<unknown>((at, key) => (isHolder(at) ? at[key] : undefined), left);
    if (!isHolder(holder) || !holds(record, path)) return null;
    if (Array.isArray(holder)) items.set(holder, (items.get(holder) ?? new Set()).add(Number(last)));
    else if (asNull) holder[last] = null;
    else Reflect.deleteProperty(holder, last);
  }
  for (const [list, places] of items) {
    const kept = list.filter((_, place) => !places.has(place));
    list.splice(0, list.length, ...kept);
  }
  return left;
}

/** Checks the original record, because two issues may name the same part. */
function holds(record: Given, path: Path): boolean {
  let at: unknown = record;
  for (const key of path) {
    if (!isHolder(at) || !Object.hasOwn(at, key)) return false;
    at = at[key];
  }
  return true;
}

function isHolder(value: unknown): value is Record<PropertyKey, unknown> {
  return value !== null && typeof value === 'object';
}
