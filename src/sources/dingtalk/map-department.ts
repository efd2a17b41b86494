import type { SourceRecord } from '../../domain/record.js';
import { type InvalidField, problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { DingtalkDepartment, DingtalkMember, DingtalkUser } from './dingtalk-shapes.js';

/** The root: the company itself. It becomes a department, so that its direct members have one. */
export const ROOT = '1';

/**
 * Makes the record of a department. If full syncs do not request the order, it is left out and stays unchanged (R3).
 */
export function mapDepartment(
  department: DingtalkDepartment,
  { details }: { readonly details: boolean },
): SourceRecord {
  const { dept_id: externalId, name, parent_id: parent, order } = department;
  const data: Record<string, unknown> = {};
  // Each department has a name: an empty one is not visible to the app.
  if (name) data['title'] = name;
  // A parent that the app cannot see is named too: the department is a root until the parent is read (R20).
  if (externalId === ROOT) data['parentUid'] = null;
  else if (parent !== undefined) data['parentUid'] = parent;
  if (details && order !== undefined && order !== null) data['order'] = order;
  return withProblems({ externalId, data }, problemsOf(department.invalidFields, FIELDS));
}

/** The fields of a department by DingTalk's names; `owners` are the people who lead it. */
const FIELDS = { name: 'title', parent_id: 'parentUid', order: 'order', dept_manager_userid_list: 'owners' } as const;

/** The managers of a department; null if DingTalk does not return them or one of them cannot be read. */
export function managersIn({
  dept_manager_userid_list: list,
  invalidFields,
}: DingtalkDepartment): ReadonlySet<string> | null {
  const isOdd = invalidFields.some(({ key }: InvalidField) => key === 'dept_manager_userid_list');
  return list && !isOdd ? new Set(list) : null;
}

/**
 * The place of a person in one department. A value that DingTalk does not return is null: it is unknown and stays
 * unchanged (R3).
 */
export interface Place {
  readonly leader: boolean | null;
  readonly order: number | null;
}

/** The managers of a department; null or undefined = unknown. */
export type ManagersOf = (departmentId: string) => ReadonlySet<string> | null | undefined;

/** The place in the department whose list contains the person. */
export function placeInList(
  { userid, leader, dept_order: order }: DingtalkMember,
  managers: ReturnType<ManagersOf>,
): Place {
  return { leader: leads(userid, leader, managers), order: order ?? null };
}

/** The places that the person's own answer names. */
export function placesOfUser(user: DingtalkUser, managersOf: ManagersOf): ReadonlyMap<string, Place> {
  const flags = new Map((user.leader_in_dept ?? []).map(({ dept_id: id, leader }) => [id, leader]));
  const orders = new Map((user.dept_order_list ?? []).map(({ dept_id: id, order }) => [id, order ?? null]));
  const isWhole = Boolean(user.leader_in_dept) && !user.invalidFields.some(({ key }) => key === 'leader_in_dept');
  const places = (user.dept_id_list ?? []).map((id): [string, Place] => {
    // If the list is complete and does not contain a department, the person does not lead that department.
    const flag = flags.has(id) ? flags.get(id) : isWhole ? false : null;
    return [id, { leader: leads(user.userid, flag, managersOf(id)), order: orders.get(id) ?? null }];
  });
  return new Map(places);
}

/** One of the two sources is enough to make a leader. */
function leads(userid: string, flag: boolean | null | undefined, managers: ReturnType<ManagersOf>): boolean | null {
  if (flag === true || managers?.has(userid) === true) return true;
  return flag ?? (managers ? false : null);
}
