import type { z } from 'zod';
import { readExternalId } from '../../domain/external-id.js';
import { hashRecord } from '../../domain/record-hash.js';
import type { SourceRecord } from '../../domain/record.js';

/** How records of one kind are read. */
export interface RecordReading {
  readonly schema: z.ZodType<Record<string, unknown>>;
  /** Record field ← the source's key. */
  readonly mapping: Readonly<Record<string, string>>;
}

/** A record with a usable id, not yet validated. */
export interface NamedRecord {
  readonly externalId: string;
  readonly data: unknown;
  readonly hash: string;
  readonly matchKeys: readonly string[];
}

/** Why a record can't be used. */
export interface Problem {
  readonly externalId: string | null;
  readonly code: string;
  readonly message: string;
}

/** What was made of a record. */
export type Judged<T> = { readonly value: T; readonly problem?: never } | { readonly problem: Problem };

/** Reads the id and the content's hash; the content itself is validated only where the hash moved. */
export function nameRecord(record: SourceRecord, { mapping }: RecordReading): Judged<NamedRecord> {
  const verdict = readExternalId(record.externalId);
  if (!verdict.ok) return { problem: { externalId: null, code: verdict.code, message: verdict.message } };
  const salt = Object.keys(mapping).length === 0 ? '' : JSON.stringify(mapping);
  const hash = hashRecord(record.data, salt);
  return { value: { externalId: verdict.externalId, data: record.data, hash, matchKeys: record.matchKeys ?? [] } };
}

/** Turns a record's content into its clean form, or says which field is wrong and why (R2, R4, R7). */
export function cleanRecord(record: NamedRecord, reading: RecordReading): Judged<Record<string, unknown>> {
  const mapped = applyMapping(record.data, reading.mapping);
  const parsed = reading.schema.safeParse(mapped);
  if (parsed.success) return { value: parsed.data };
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  const cause = issue?.message ?? 'is not valid';
  const code = path === '' ? 'invalid_record' : 'invalid_field';
  return { problem: { externalId: record.externalId, code, message: path === '' ? cause : `${path}: ${cause}` } };
}

function applyMapping(data: unknown, mapping: Readonly<Record<string, string>>): unknown {
  const fields = Object.entries(mapping);
  if (fields.length === 0 || data === null || typeof data !== 'object') return data;
  const given = { ...(data as Record<string, unknown>) };
  const mapped = new Map<string, unknown>();
  for (const [field, key] of fields) if (key in given) mapped.set(field, given[key]);
  for (const [, key] of fields) delete given[key];
  return { ...given, ...Object.fromEntries(mapped) };
}
