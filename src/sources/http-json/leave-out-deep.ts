import type { FieldProblem } from '../../domain/field-problem.js';
import type { SourceRecord } from '../../domain/record.js';
import { firstCharacters } from '../../domain/text.js';

/** The largest number of levels. Beyond some thousands of levels, writing a value as JSON fails. */
const MAX_DEPTH = 64;

/** Leaves out the fields of a record that are nested too deep, and names them; the rest of the record is used (R7). */
export function leaveOutDeep(record: SourceRecord): SourceRecord {
  const problems: FieldProblem[] = [];
  const { attributes, ...data } = record.data as Record<string, unknown>;
  const fields = shallow(data, '', problems);
  const custom = isObject(attributes) ? shallow(attributes, 'attributes.', problems) : attributes;
  const externalId = isDeeper(record.externalId, MAX_DEPTH) ? {} : record.externalId;
  if (problems.length === 0 && externalId === record.externalId) return record;
  const rest = attributes === undefined ? {} : { attributes: custom };
  return { ...record, externalId, data: { ...fields, ...rest }, problems };
}

function shallow(
  given: Readonly<Record<string, unknown>>,
  prefix: string,
  problems: FieldProblem[],
): Record<string, unknown> {
  const kept = Object.entries(given).filter(([key, value]) => {
    if (!isDeeper(value, MAX_DEPTH)) return true;
    const message = `is nested more than ${MAX_DEPTH} levels deep`;
    problems.push({ field: `${prefix}${firstCharacters(key, 100)}`, code: 'too_deep', message });
    return false;
  });
  return Object.fromEntries(kept);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
