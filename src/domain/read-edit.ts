import type { z } from 'zod';
import { customFieldPath, customFieldsOf, customName, type Fields } from './fields.js';
import { BUILT_IN_LIST } from './placeholder.js';
import { readFields } from './read-fields.js';
import { isRelease } from './released-fields.js';
import type { PlaceholderFields } from './without-placeholders.js';

/** The rules for editing fields of a kind by hand. */
export interface EditRules {
  readonly schema: z.ZodType<Record<string, unknown>>;
  readonly placeholderFields: PlaceholderFields;
  /** Required fields of a row. */
  readonly required: readonly string[];
  /** The column of a reference, by its name in the API → the record's field. */
  readonly references: Readonly<Record<string, string>>;
}

/** A field that cannot have the given value, by its name in the API. */
export interface EditError {
  readonly field: string;
  /** Stable, e.g. `invalid_email`. */
  readonly code: string;
  readonly message: string;
}

/** An edit as a record of the built-in source (R51), or its errors. */
export type EditVerdict =
  | { readonly ok: true; readonly fields: Fields; readonly released: readonly string[] }
  | { readonly ok: false; readonly errors: readonly [EditError, ...EditError[]] };

/**
 * Reads the fields that a person edits and releases. Unlike a record of another source, an edit with an error is
 * refused as a whole, because the person can correct it at once.
 */
export function readEdit(given: Fields, release: readonly string[], rules: EditRules): EditVerdict {
  const record = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [rules.references[name] ?? name, value]),
  );
  const verdict = readFields(rules.schema, record);
  const value = verdict.ok ? verdict.value : {};
  const problems = verdict.ok ? verdict.problems : [{ ...verdict, field: 'fields' }];
  const [first, ...others] = [
    ...problems,
    ...placeholderErrors(record, rules),
    ...customErrors(customFieldsOf(record), customFieldsOf(value), new Set(problems.map(({ field }) => field))),
    ...requiredErrors(value, rules),
    ...release.filter((name) => isGiven(given, name)).map(setAndReleased),
  ].map(({ field, code, message }) => ({ field: outerName(field, rules), code, message }));
  if (first) return { ok: false, errors: [first, ...others] };
  return { ok: true, fields: value, released: release.map((name) => rules.references[name] ?? name) };
}

/** The name of a record's field in the API. */
export function outerName(field: string, { references }: Pick<EditRules, 'references'>): string {
  return Object.keys(references).find((column) => references[column] === field) ?? field;
}

function placeholderErrors(record: Fields, { placeholderFields }: EditRules): EditError[] {
  return Object.entries(placeholderFields).flatMap(([field, sort]) =>
    sort !== 'ids' && Object.hasOwn(record, field) && BUILT_IN_LIST.has(sort, record[field])
      ? [{ field, code: 'no_value', message: 'stands for "no value": send null to empty the field' }]
      : [],
  );
}

function customErrors(given: Fields, kept: Fields, refused: ReadonlySet<string>): EditError[] {
  return Object.entries(given).flatMap(([name, value]): EditError[] => {
    const field = customFieldPath(name);
    if (isRelease(value)) return [{ field, code: 'invalid_field', message: 'name it in `release` instead' }];
    if (Object.hasOwn(kept, name) || refused.has(field)) return [];
    return [{ field, code: 'reserved_field', message: 'has a name that no custom field may have' }];
  });
}

function requiredErrors(value: Fields, { required }: EditRules): EditError[] {
  return required
    .filter((field) => value[field] === null)
    .map((field) => ({ field, code: 'missing_field', message: 'cannot be empty' }));
}

function isGiven(given: Fields, name: string): boolean {
  const custom = customName(name);
  return custom === null ? Object.hasOwn(given, name) : Object.hasOwn(customFieldsOf(given), custom);
}

function setAndReleased(field: string): EditError {
  return { field, code: 'set_and_released', message: 'cannot be set and released in one request' };
}
