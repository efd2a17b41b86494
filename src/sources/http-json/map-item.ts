import type { SourceRecord } from '../../domain/record.js';
import type { DepartmentsPlace, UsersPlace } from './http-json-options.js';
import { isValue, pickPath } from './pick-path.js';
import type { FieldProblem } from '../../domain/field-problem.js';
import { firstCharacters } from '../../domain/text.js';

/** Makes a record from an item of the list of users; if a path does not exist, its field stays unchanged (R3). */
export function mapUserItem(item: unknown, place: UsersPlace): SourceRecord {
  const data = fieldsOf(item, place);
  if ('active' in data) data['active'] = activeOf(data['active'], place);
  const departments = departmentsOf(item, place);
  if (departments !== undefined) data['departments'] = departments;
  return { externalId: pickPath(item, place.id), data };
}

/** Makes a record from an item of the list of departments. */
export function mapDepartmentItem(item: unknown, place: DepartmentsPlace): SourceRecord {
  const data = fieldsOf(item, place);
  const { parentUid } = data;
  if (place.rootValues.some((root) => isValue(parentUid, root))) data['parentUid'] = null;
  return { externalId: pickPath(item, place.id), data };
}

function fieldsOf(item: unknown, { fields, rest }: UsersPlace | DepartmentsPlace): Record<string, unknown> {
  const found = Object.entries(fields).flatMap(([field, path]) => {
    const value = pickPath(item, path);
    return value === undefined ? [] : [[field, value] as const];
  });
  return { ...Object.fromEntries(found), ...(rest ? { attributes: restOf(item, fields) } : {}) };
}

/** The keys of the item that are not the beginning of a path. */
function restOf(item: unknown, fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const used = new Set(Object.values(fields).map((path) => path.split('.')[0]));
  return Object.fromEntries(Object.entries(item ?? {}).filter(([key]) => !used.has(key)));
}

/** An unknown value is passed on unchanged: the engine leaves it out, so that it deactivates no user (R4). */
function activeOf(value: unknown, { activeValues, inactiveValues }: UsersPlace): unknown {
  if (activeValues.some((one) => isValue(value, one))) return true;
  return inactiveValues.some((one) => isValue(value, one)) ? false : value;
}

/** One id, a list of ids, or a list of objects that have an id. */
function departmentsOf(item: unknown, place: UsersPlace): unknown {
  if (place.departments === undefined) return undefined;
  const given = pickPath(item, place.departments);
  if (given === undefined || given === null) return given;
  const list: readonly unknown[] = Array.isArray(given) ? given : given === '' ? [] : [given];
  const main = place.mainDepartment === undefined ? undefined : pickPath(item, place.mainDepartment);
  return list.map((one) => {
    const uid = typeof one === 'object' && one !== null ? pickPath(one, place.departmentId ?? 'id') : one;
    return { uid, isMain: (typeof main === 'string' || typeof main === 'number') && isValue(uid, main) };
  });
}

/** The reason why an item cannot become a record. */
interface ItemProblem {
  readonly externalId: null;
  readonly code: 'invalid_record';
  readonly reason: string;
}

/**
 * Checks an item of a list before it is mapped; null = it can be mapped. One invalid item does not stop a read (R7).
 */
export function refuseItem(item: unknown): ItemProblem | null {
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) return null;
  return { externalId: null, code: 'invalid_record', reason: 'An item of the list is not an object.' };
}

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
