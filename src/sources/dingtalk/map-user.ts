import type { SourceRecord } from '../../domain/record.js';
import type { DingtalkMember, DingtalkUser } from './dingtalk-shapes.js';

/** A person's place in one department. */
export interface Place {
  readonly leader: boolean;
  readonly order: number | null;
}

/** Who manages a department; undefined = nobody asked it. */
export type ManagersOf = (departmentId: string) => ReadonlySet<string> | undefined;

/** What a person is mapped with. */
export interface UserMapping {
  /** Of every department that told of it. */
  readonly places: ReadonlyMap<string, Place>;
  readonly mainDepartment: 'first' | 'none';
  /** Whether superiors were asked for; where not, nothing is said of them. */
  readonly superiors: boolean;
}

/**
 * Makes a person's record. A field that is absent (its right is missing) is left out and stays as it is; an empty one
 * is known to be nothing (R3). `active` says whether the account was ever opened, so it decides nothing: who is listed
 * is employed.
 */
export function mapUser(user: DingtalkMember | DingtalkUser, mapping: UserMapping): SourceRecord {
  const fields = {
    username: user.job_number || user.userid,
    nickname: given(user.name),
    email: firstGiven(user.org_email, user.email),
    phone: phoneOf(user),
    title: given(user.title),
    managerUid: mapping.superiors ? user['manager_userid'] || null : undefined,
    active: true,
    departments: departmentsOf(user, mapping),
    unionId: given(user.unionid),
    ...customFields(user.extension),
  };
  return {
    externalId: user.userid,
    data: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  };
}

/** Makes the record of a person who was asked for himself: then all of his places are in the answer. */
export function mapWholeUser(
  user: DingtalkUser,
  options: Pick<UserMapping, 'mainDepartment' | 'superiors'>,
  managersOf: ManagersOf,
): SourceRecord {
  const leads = new Set(
    (user.leader_in_dept ?? []).filter(({ leader }) => leader === true).map(({ dept_id: id }) => id),
  );
  const orders = new Map((user.dept_order_list ?? []).map(({ dept_id: id, order }) => [id, order ?? null]));
  const places = (user.dept_id_list ?? []).map((id): [string, Place] => {
    const leader = leads.has(id) || (managersOf(id)?.has(user.userid) ?? false);
    return [id, { leader, order: orders.get(id) ?? null }];
  });
  return mapUser(user, { ...options, places: new Map(places) });
}

/** Blank is null, absent stays absent. */
function given(value: string | null | undefined): string | null | undefined {
  return value === '' ? null : value;
}

/** The first of these that says something; null where at least one is known to be nothing. */
function firstGiven(...values: readonly (string | null | undefined)[]): string | null | undefined {
  const known = values.map(given).filter((value) => value !== undefined);
  return known.find((value) => value !== null) ?? (known.length > 0 ? null : undefined);
}

/** The country's code comes apart from the number. */
function phoneOf({ mobile, state_code: country }: DingtalkMember | DingtalkUser): string | null | undefined {
  if (!mobile || mobile.startsWith('+')) return given(mobile);
  return country ? `+${country}-${mobile}` : mobile;
}

function departmentsOf({ dept_id_list: ids }: DingtalkMember | DingtalkUser, mapping: UserMapping) {
  if (!ids) return undefined;
  return [...new Set(ids)].map((uid, at) => {
    const place = mapping.places.get(uid);
    const order = place?.order ?? null;
    return {
      uid,
      isMain: mapping.mainDepartment === 'first' && at === 0,
      isOwner: place?.leader ?? false,
      ...(order === null ? {} : { order }),
    };
  });
}

/** Custom fields are JSON inside a text; what is no JSON object is kept as it came. */
function customFields(extension: string | null | undefined): Record<string, unknown> {
  if (!extension) return {};
  try {
    const fields: unknown = JSON.parse(extension);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return { attributes: fields };
  } catch {
    // Said below.
  }
  return { extension };
}
