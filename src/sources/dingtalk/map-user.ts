import { parseJson } from '../../outbound/http-client/parse-json.js';
import type { FieldProblem } from '../../domain/field-problem.js';
import type { SourceRecord } from '../../domain/record.js';
import { blankToNull, emptyToNull } from '../kit/blank-to-null.js';
import { type InvalidField, problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { DingtalkMember, DingtalkUser } from './dingtalk-shapes.js';
import { type ManagersOf, type Place, placesOfUser } from './map-department.js';

/** The input for mapping a person. */
export interface UserMapping {
  /** The places in all departments that list the person. */
  readonly places: ReadonlyMap<string, Place>;
  /** `unknown`: the order of the person's departments is not visible. */
  readonly mainDepartment: 'first' | 'none' | 'unknown';
  /** Whether superiors were requested; if not, the record has no manager field. */
  readonly superiors: boolean;
}

/**
 * Makes the record of a person. A field that is absent (its permission is missing) is left out and stays unchanged; an
 * empty one has no value (R3). DingTalk's `active` only shows whether the account was ever opened, so it is not used:
 * everyone in a list is employed.
 */
export function mapUser(user: DingtalkMember | DingtalkUser, mapping: UserMapping): SourceRecord {
  const custom = customFields(user.extension);
  const problems = [...problemsOf(oddFieldsOf(user, mapping), FIELDS), ...custom.problems];
  const damaged = new Set(problems.map(({ field }) => field));
  const fields = {
    username: emptyToNull('login', user.job_number) ?? user.userid,
    nickname: blankToNull(user.name),
    email: firstEmail(user.org_email, user.email),
    phone: phoneOf(user),
    title: blankToNull(user.title),
    managerUid: mapping.superiors ? user['manager_userid'] || null : undefined,
    active: true,
    departments: departmentsOf(user, mapping),
    unionId: blankToNull(user.unionid),
    ...custom.fields,
  };
  const isUsed = ([field, value]: readonly [string, unknown]) =>
    value !== undefined && (field === 'departments' || !damaged.has(field));
  const record = { externalId: user.userid, data: Object.fromEntries(Object.entries(fields).filter(isUsed)) };
  // If no job number is visible, a known one stays the username.
  const standIns = user.job_number === undefined ? { standIns: ['username'] } : {};
  return withProblems({ ...record, ...standIns }, problems);
}

/** The fields of a person by DingTalk's names. */
const FIELDS = {
  ...{ job_number: 'username', name: 'nickname', email: 'email', org_email: 'email', title: 'title' },
  ...{ mobile: 'phone', state_code: 'phone', manager_userid: 'managerUid', dept_id_list: 'departments' },
  ...{ dept_order: 'departments.order', dept_order_list: 'departments.order', leader: 'departments.isOwner' },
  ...{ leader_in_dept: 'departments.isOwner', unionid: 'attributes.unionId', extension: 'attributes' },
} as const;

/** Leaves out the fields that the record does not use. */
function oddFieldsOf(user: DingtalkMember | DingtalkUser, { superiors }: UserMapping): readonly InvalidField[] {
  const isUsed = ({ key }: InvalidField): boolean => {
    if (key === 'email') return !emptyToNull('email', user.org_email);
    if (key === 'state_code') return Boolean(user.mobile);
    return key !== 'manager_userid' || superiors;
  };
  return user.invalidFields.filter(isUsed);
}

/** Makes the record of a person who was requested alone: the answer contains all places. */
export function mapWholeUser(
  user: DingtalkUser,
  options: Pick<UserMapping, 'mainDepartment' | 'superiors'>,
  managersOf: ManagersOf,
): SourceRecord {
  return mapUser(user, { ...options, places: placesOfUser(user, managersOf) });
}

/** The first of these values that is not empty; null if at least one is known to be empty. */
function firstEmail(...values: readonly (string | null | undefined)[]): string | null | undefined {
  const known = values.map((value) => emptyToNull('email', value)).filter((value) => value !== undefined);
  return known.find((value) => value !== null) ?? (known.length > 0 ? null : undefined);
}

/** The country code is separate from the number, with or without `+` or `00`; a number may repeat it (`86-138…`). */
function phoneOf({ mobile, state_code: code }: DingtalkMember | DingtalkUser): string | null | undefined {
  const number = blankToNull(mobile)?.trim();
  if (!number) return mobile === undefined ? undefined : null;
  const country = /^(?:\+|00)?(\d+)$/.exec(code?.trim() ?? '')?.[1];
  if (number.startsWith('+') || country === undefined) return number;
  return `+${country}-${number.startsWith(`${country}-`) ? number.slice(country.length + 1) : number}`;
}

function departmentsOf({ dept_id_list: ids }: DingtalkMember | DingtalkUser, mapping: UserMapping) {
  if (!ids) return undefined;
  return [...new Set(ids)].map((uid, at) => {
    const place = mapping.places.get(uid);
    const order = place?.order ?? null;
    return {
      uid,
      isMain: mapping.mainDepartment === 'unknown' ? null : mapping.mainDepartment === 'first' && at === 0,
      isOwner: place?.leader ?? null,
      ...(order === null ? { keepOrder: true } : { order }),
    };
  });
}

/** Custom fields are a JSON object in a text. */
function customFields(extension: string | null | undefined): {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly problems: readonly FieldProblem[];
} {
  if (!extension) return { fields: {}, problems: [] };
  try {
    const attributes: unknown = parseJson(extension);
    if (attributes === null) return { fields: {}, problems: [] };
    if (typeof attributes === 'object' && !Array.isArray(attributes)) return { fields: { attributes }, problems: [] };
  } catch {
    // Not valid JSON: reported below.
  }
  const message = 'extension: must be a JSON object in a text';
  return { fields: {}, problems: [{ field: 'attributes', code: 'wrong_type', message }] };
}
