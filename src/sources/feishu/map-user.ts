import type { SourceRecord } from '../../domain/record.js';
import type { FeishuUser } from './feishu-shapes.js';
import { ROOT } from './map-department.js';

/** What a person is mapped with. */
export interface UserMapping {
  readonly identity: 'user_id' | 'union_id' | 'open_id';
  /** Who leads the department; of a department that nobody knows, nobody. */
  readonly isLeader: (departmentId: string, externalId: string) => boolean;
  /** Departments that listed him, for an app that may not see `department_ids`; null = not known. */
  readonly listedIn: readonly string[] | null;
}

/** The id by which a person is known for good; null where the app may not see it. */
export function externalIdOf(user: FeishuUser, identity: UserMapping['identity']): string | null {
  return user[identity] || null;
}

/**
 * Makes a person's record. A field that is absent (its right is missing) is left out and stays as it is; an empty one
 * is known to be nothing (R3).
 */
export function mapUser(user: FeishuUser, externalId: string, mapping: UserMapping): SourceRecord {
  const fields = {
    username: firstGiven(user.employee_no, user.user_id),
    nickname: given(user.name),
    email: firstGiven(user.enterprise_email, user.email),
    phone: given(user.mobile),
    title: given(user.job_title),
    managerUid: given(user.leader_user_id),
    active: activeOf(user.status),
    departments: departmentsOf(user, externalId, mapping),
    openId: given(user.open_id),
    unionId: given(user.union_id),
    employeeNo: given(user.employee_no),
    ...customFields(user.custom_attrs),
  };
  return { externalId, data: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
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

/** Frozen, resigned and exited people are inactive; not having joined yet is no reason. Unseen = not claimed (R4). */
function activeOf(status: FeishuUser['status']): boolean | undefined {
  if (!status) return undefined;
  return status.is_frozen !== true && status.is_resigned !== true && status.is_exited !== true;
}

function departmentsOf(user: FeishuUser, externalId: string, { isLeader, listedIn }: UserMapping) {
  const ids = user.department_ids ?? listedIn;
  if (!ids) return undefined;
  const orders = new Map((user.orders ?? []).map((order) => [order.department_id, order]));
  return [...new Set(ids)]
    .filter((id) => id !== ROOT)
    .map((uid) => {
      const place = orders.get(uid);
      const order = place?.user_order;
      return {
        uid,
        isMain: place?.is_primary_dept === true,
        isOwner: isLeader(uid, externalId),
        ...(order === undefined || order === null ? {} : { order }),
      };
    });
}

/** Custom fields under their ids (`C-…`): the text where there is one, else the value as it is. */
function customFields(attributes: FeishuUser['custom_attrs']): Record<string, unknown> {
  const fields = (attributes ?? []).flatMap(({ id, value }) => (id ? [[id, plain(value)] as const] : []));
  return Object.fromEntries(fields);
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { text, option_value: option } = value as Record<string, unknown>;
  if (typeof text === 'string' && !('url' in value)) return text;
  return typeof option === 'string' ? option : value;
}
