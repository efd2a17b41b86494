import { z } from 'zod';
import { isCleanJson, isCleanText } from './text.js';
import { readExternalId } from './external-id.js';

/** Most custom fields of a record (R2). */
export const MAX_ATTRIBUTES = 64;
/** Most bytes of custom fields, as JSON (R2). */
export const MAX_ATTRIBUTE_BYTES = 16_384;
/** Longest text field, in characters. */
const MAX_TEXT = 255;

/** Keys that no record may write, whatever its source says (R2). */
const RESERVED = new Set([
  ...['id', 'uid', 'roles', 'password', 'token', 'resetToken', 'systemSettings', 'createdAt', 'updatedAt'],
  ...['createdById', 'updatedById', 'deactivatedAt', 'lockedAt', 'locked', 'protected', 'version', 'isDeleted'],
  ...['__proto__', 'constructor', 'prototype'],
]);

/** A text field: numbers are kept as text, blank is null, null clears (R3). */
export const textField = z
  .union([z.string(), z.number().int()])
  .transform((value) => String(value))
  .refine(isCleanText, 'has characters that cannot be stored')
  .refine((text) => text.length <= MAX_TEXT, `is longer than ${MAX_TEXT} characters`)
  .transform((text) => (text.trim() === '' ? null : text))
  .nullable()
  .optional();

/** A yes or no: nothing but true and false will do (R4). */
export const booleanField = z
  .boolean({ error: 'must be true or false; text and numbers are not read as booleans' })
  .nullable()
  .optional();

/** A place in an order; fractions and negative numbers are fine. */
export const orderField = z.number().nullable().optional();

/** The id of another record of the same source; blank or null = none. */
export const referenceField = z
  .unknown()
  .transform((value, context) => {
    if (value === undefined) return undefined;
    if (value === null || value === '') return null;
    const verdict = readExternalId(value);
    if (verdict.ok) return verdict.externalId;
    context.addIssue({ code: 'custom', message: verdict.message });
    return z.NEVER;
  })
  .optional();

/**
 * Moves the keys that are no field of the kind into `attributes`, beside those that came there (R2).
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
  refuseTooMuch(attributes, context);
  return clean;
}

function withoutReserved(value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object') return {};
  return Object.fromEntries(Object.entries(value).filter(([key]) => !RESERVED.has(key)));
}

function refuseTooMuch(attributes: Record<string, unknown>, context: z.core.$RefinementCtx): void {
  const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['attributes'], message });
  const count = Object.keys(attributes).length;
  if (count === 0) return;
  if (count > MAX_ATTRIBUTES) refuse(`has ${count} custom fields; at most ${MAX_ATTRIBUTES} are kept`);
  if (!isCleanJson(attributes)) refuse('has characters that cannot be stored');
  const size = Buffer.byteLength(JSON.stringify(attributes));
  if (size > MAX_ATTRIBUTE_BYTES)
    refuse(`takes ${size} bytes of custom fields; at most ${MAX_ATTRIBUTE_BYTES} are kept`);
}
