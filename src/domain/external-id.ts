import type { Placeholders } from './placeholder.js';
import { isCleanText, isLongerThan } from './text.js';

/** Longest external id, in characters: Unicode code points (R1). */
export const MAX_EXTERNAL_ID = 255;

/** A usable id, or the reason why it is not usable. */
export type ExternalIdVerdict =
  | { readonly ok: true; readonly externalId: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Reads a source's id: a string, or an integer that is kept as a string (R1). */
export function readExternalId(value: unknown): ExternalIdVerdict {
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0))
    return { ok: true, externalId: String(value) };
  if (value === undefined || value === null || value === '') return refuse('missing_uid', 'The record has no id.');
  if (typeof value !== 'string') return refuse('invalid_uid', 'The id must be a string or an integer.');
  if (isLongerThan(value, MAX_EXTERNAL_ID))
    return refuse('invalid_uid', `The id is longer than ${MAX_EXTERNAL_ID} characters.`);
  if (value.trim() === '') return refuse('missing_uid', 'The id is blank.');
  if (CONTROL.test(value) || !isCleanText(value)) return refuse('invalid_uid', 'The id has control characters.');
  return { ok: true, externalId: value };
}

/** Reads the id of a record of a source; a placeholder is refused (R1, R2). */
export function readRecordId(value: unknown, placeholders: Placeholders): ExternalIdVerdict {
  if (!placeholders.has('id', value)) return readExternalId(value);
  return refuse('missing_uid', `The id ${JSON.stringify(value)} is a placeholder for "no value".`);
}

// eslint-disable-next-line no-control-regex -- these are what the rule is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function refuse(code: string, message: string): ExternalIdVerdict {
  return { ok: false, code, message };
}
