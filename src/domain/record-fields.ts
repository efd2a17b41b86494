import { z } from 'zod';
import { findUnfitFields } from './custom-fields.js';
import { readEmail } from './email-address.js';
import { readExternalId } from './external-id.js';
import type { IssueParams } from './read-fields.js';
import { isCleanText, isLongerThan } from './text.js';

/** Maximum length of a text field, in characters (Unicode code points). */
const MAX_TEXT = 255;

/** Keys that no record of any source can write (R2). */
const RESERVED = new Set([
  ...['id', 'uid', 'roles', 'password', 'token', 'resetToken', 'systemSettings', 'createdAt', 'updatedAt'],
  ...['createdById', 'updatedById', 'deactivatedAt', 'lockedAt', 'locked', 'protected', 'version', 'isDeleted'],
  ...['__proto__', 'constructor', 'prototype'],
]);

/** An issue of a record's schema, with the code of the field problem. */
const because = (error: string, params: IssueParams) => ({ error, params: { ...params } });

/** A text that can be stored; blank is null. */
const usableText = z
  .union([z.string(), z.number().int()], { error: 'must be text or a whole number' })
  .transform((value) => String(value))
  .refine(isCleanText, because('has characters that cannot be stored', { code: 'invalid_text' }))
  .refine(
    (text) => !isLongerThan(text, MAX_TEXT),
    because(`is longer than ${MAX_TEXT} characters`, { code: 'too_long' }),
  )
  .transform((text) => (text.trim() === '' ? null : text));

/** A text field: numbers are kept as text, blank is null, null clears (R3). */
export const textField = usableText.nullable().optional();

/** A username: on one line, with at least one visible character (R2). */
export const usernameField = usableText
  .refine(
    (text) => text === null || !UNPRINTABLE.test(text.trim()),
    because('has line breaks or control characters', {}),
  )
  .refine((text) => text === null || text.replace(UNSEEN, '') !== '', because('has no visible characters', {}))
  .nullable()
  .optional();

const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/u;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{White_Space}]/gu;

/** An e-mail address (R2). */
export const emailField = usableText
  .transform((text, context) => {
    if (text === null) return null;
    const verdict = readEmail(text);
    if (verdict.ok) return verdict.email;
    context.addIssue({ code: 'custom', message: verdict.message, params: { code: 'invalid_email' } });
    return z.NEVER;
  })
  .nullable()
  .optional();

/** Why a value is not a boolean. */
export const NO_BOOLEAN = 'must be true or false; text and numbers are not read as booleans';

/** A boolean: only true and false are accepted (R4). */
export const booleanField = z
  .unknown()
  .refine((value) => value === undefined || isBoolean(value), because(NO_BOOLEAN, { code: 'invalid_boolean' }))
  .optional();

/** Whether a value is a boolean, or null for "not supplied" (R4). */
export function isBoolean(value: unknown): value is boolean | null {
  return value === null || typeof value === 'boolean';
}

/**
 * A position in an order; fractions and negative numbers are accepted. A long integer is a text with all its digits
 * (parse-json); for an order the nearest number is sufficient.
 */
export const orderField = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^-?\d{16,}$/)
        .transform(Number),
    ],
    { error: 'must be a number' },
  )
  .nullable()
  .optional();

/** The id of another record of the same source; blank or null = none. */
export const referenceField = z
  .unknown()
  .transform((value, context) => {
    if (value === undefined) return undefined;
    if (value === null || value === '') return null;
    const verdict = readExternalId(value);
    if (verdict.ok) return verdict.externalId;
    context.addIssue({ code: 'custom', message: verdict.message, params: { code: verdict.code } });
    return z.NEVER;
  })
  .optional();

/** The custom fields that a record has in `attributes`. */
export const attributesField = z
  .record(z.string(), z.unknown(), { error: 'must be an object of custom fields' })
  .nullable()
  .optional();

/**
 * Moves the keys that are not fields of the kind into `attributes`, in addition to those that are there (R2).
 * @throws nothing; limits are reported through the context.
 */
export function gatherAttributes<Known extends string>(
  record: Readonly<Record<string, unknown>>,
  known: readonly Known[],
  context: z.core.$RefinementCtx,
): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  const attributes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) {
    if (value === undefined) continue;
    if (known.includes(key as Known)) clean[key] = value;
    else if (key === 'attributes') Object.assign(attributes, withoutReserved(value));
    else if (!RESERVED.has(key)) attributes[key] = value;
  }
  if (Object.keys(attributes).length > 0) clean['attributes'] = attributes;
  for (const { names, problem } of findUnfitFields(attributes)) {
    const leaveOut = names.flatMap((name) => pathsOf(record, known, name));
    const { code, field, message } = problem;
    context.addIssue({ code: 'custom', message, path: ['attributes'], params: { code, field, leaveOut } });
  }
  return clean;
}

function withoutReserved(value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object') return {};
  return Object.fromEntries(Object.entries(value).filter(([key]) => !RESERVED.has(key)));
}

/** The paths of a custom field: beside the fields of the kind, in `attributes`, or both. */
function pathsOf(record: Readonly<Record<string, unknown>>, known: readonly string[], name: string): string[][] {
  const bag = record['attributes'];
  const inBag = bag !== null && typeof bag === 'object' && Object.hasOwn(bag, name);
  const beside = Object.hasOwn(record, name) && name !== 'attributes' && !known.includes(name);
  return [...(beside ? [[name]] : []), ...(inBag ? [['attributes', name]] : [])];
}
