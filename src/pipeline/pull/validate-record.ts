import type { z } from 'zod';
import { type Alternatives, chooseValues } from '../../domain/choose-values.js';
import { readRecordId } from '../../domain/external-id.js';
import { type FieldProblem, NOT_SHOWN, problemKey } from '../../domain/field-problem.js';
import type { HandDecisions } from '../../domain/hand-decisions.js';
import { readFields } from '../../domain/read-fields.js';
import { withReleases } from '../../domain/released-fields.js';
import { hashRecord } from '../../domain/record-hash.js';
import type { SourceRecord } from '../../domain/record.js';
import { type PlaceholderSearch, realValues, withoutPlaceholders } from '../../domain/without-placeholders.js';

/** How records of one kind are read. */
export interface RecordReading extends PlaceholderSearch {
  readonly schema: z.ZodType<Record<string, unknown>>;
  /** Record field ← the source's key. */
  readonly mapping: Readonly<Record<string, string>>;
  /** The fields of the kind; other keys are custom fields (R2). */
  readonly names: ReadonlySet<string>;
  /** The fields that decide whether a row is in force. */
  readonly inForce: readonly string[];
}

/** A record with a usable id, not yet validated. */
export interface NamedRecord {
  readonly externalId: string;
  readonly data: unknown;
  readonly hash: string;
  readonly matchKeys: readonly string[];
  /** All values of fields that have several. */
  readonly alternatives: Alternatives | null;
  /** Fields that are used only if no value is known. */
  readonly standIns: readonly string[];
  /** Fields that the adapter could not read. */
  readonly problems: readonly FieldProblem[];
  /** Fields that go back to the values of the other sources (R51). */
  readonly released: readonly string[];
  /** Decisions of an admin about the row (R51). */
  readonly decisions: HandDecisions;
  readonly place?: number | undefined;
}

/** Why a record cannot be used. */
export interface Problem {
  readonly externalId: string | null;
  readonly code: string;
  readonly message: string;
}

/** The result of reading a record. */
export type Validated<T> = { readonly value: T; readonly problem?: never } | { readonly problem: Problem };

/** Reads the id and the content's hash; the content itself is validated only if the hash changed. */
export function nameRecord(record: SourceRecord, { mapping, placeholders }: RecordReading): Validated<NamedRecord> {
  const verdict = readRecordId(record.externalId, placeholders);
  if (!verdict.ok) return { problem: { externalId: null, code: verdict.code, message: verdict.message } };
  const salt = (Object.keys(mapping).length === 0 ? '' : JSON.stringify(mapping)) + placeholders.salt;
  const { data, matchKeys = [], standIns = [], problems = [], released = [], decisions = {}, place } = record;
  const alternatives = hasKeys(record.alternatives) ? record.alternatives : null;
  const hash = hashRecord(toHash({ data, alternatives, released, decisions }), salt);
  const { externalId } = verdict;
  const value = { externalId, data, hash, matchKeys, alternatives, standIns, problems, released, decisions, place };
  return { value };
}

/** What the hash of a record covers: its data, and the parts that few records have. */
function toHash({
  data,
  alternatives,
  released,
  decisions,
}: Pick<NamedRecord, 'data' | 'alternatives' | 'released' | 'decisions'>): unknown {
  const more = {
    ...(alternatives ? { alternatives } : {}),
    ...(released.length > 0 ? { released } : {}),
    ...(hasKeys(decisions) ? { decisions } : {}),
  };
  return hasKeys(more) ? { data, ...more } : data;
}

/** The usable fields of a record, and the fields that are left out with the reason. */
export interface CleanRecord {
  readonly fields: Record<string, unknown>;
  readonly problems: readonly FieldProblem[];
}

/**
 * Validates the content of a record; an unusable field is left out and reported (R2, R4, R7).
 * @param known the fields that the source last supplied; they decide between several values of a field, and whether a
 *   substitute is used.
 */
export function cleanRecord(
  record: NamedRecord,
  reading: RecordReading,
  known: Readonly<Record<string, unknown>> = {},
): Validated<CleanRecord> {
  const verdict = readFields(reading.schema, chooseMapped(record, reading, known));
  if (verdict.ok) {
    const given = record.problems.map(({ field, ...why }) => ({ field: problemField(field, reading), ...why }));
    const stood = applyMapping(record.data, reading.mapping) as Readonly<Record<string, unknown>>;
    const named = given.filter(
      ({ field, code }) => code !== NOT_SHOWN || (known[field] ?? null) === null || known[field] === stood[field],
    );
    const keys = new Set(named.map(problemKey));
    const others = verdict.problems.filter((one) => !keys.has(problemKey(one)));
    return { value: { fields: withReleasesAndDecisions(verdict.value, record), problems: [...named, ...others] } };
  }
  return { problem: { externalId: record.externalId, code: verdict.code, message: verdict.message } };
}

/** Adds what only records of the built-in source have; a custom field of the same name is in `attributes` (R51). */
function withReleasesAndDecisions(
  fields: Record<string, unknown>,
  { released, decisions }: Pick<NamedRecord, 'released' | 'decisions'>,
): Record<string, unknown> {
  const said = released.length > 0 ? withReleases(fields, released) : fields;
  return hasKeys(decisions) ? { ...said, ...decisions } : said;
}

/** The name of a field in its problem; for a custom field `attributes.<name>`. */
function problemField(key: string, { mapping, names }: RecordReading): string {
  const field = fieldOf(key, mapping);
  const [first = ''] = field.split('.', 1);
  return first === 'attributes' || names.has(first) ? field : `attributes.${field}`;
}

function chooseMapped(
  { data, alternatives, standIns }: NamedRecord,
  reading: RecordReading,
  known: Readonly<Record<string, unknown>>,
): unknown {
  const { mapping } = reading;
  const fields = standIns.map((key) => fieldOf(key, mapping));
  const mapped = withoutKnown(applyMapping(data, mapping), fields, known);
  if (mapped === null || typeof mapped !== 'object') return mapped;
  const clean = withoutPlaceholders(mapped as Record<string, unknown>, reading);
  if (alternatives === null) return clean;
  const values = realValues(applyMapping(alternatives, mapping) as Alternatives, reading);
  return chooseValues(withOtherValues(clean, values), values, known);
}

/** A field whose value was a placeholder gets the smallest of its other values. */
function withOtherValues(clean: Readonly<Record<string, unknown>>, values: Alternatives): Record<string, unknown> {
  const others = Object.entries(values).filter(([field, all]) => clean[field] === null && all.length > 0);
  return { ...clean, ...Object.fromEntries(others.map(([field, all]) => [field, [...all].sort()[0]])) };
}

function withoutKnown(mapped: unknown, standIns: readonly string[], known: Readonly<Record<string, unknown>>): unknown {
  if (standIns.length === 0 || mapped === null || typeof mapped !== 'object') return mapped;
  const isKnown = (field: string) => standIns.includes(field) && (known[field] ?? null) !== null;
  return Object.fromEntries(Object.entries(mapped).filter(([field]) => !isKnown(field)));
}

const hasKeys = <Given extends object>(given: Given | undefined): given is Given =>
  given !== undefined && Object.keys(given).length > 0;

/** The record's field for a key of the source. */
function fieldOf(key: string, mapping: Readonly<Record<string, string>>): string {
  return Object.entries(mapping).find(([, from]) => from === key)?.[0] ?? key;
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
