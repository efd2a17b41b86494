import type { SourceRecord } from '../../domain/record.js';
import { type InvalidField, problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { DingtalkDepartment, DingtalkMember, DingtalkUser } from './dingtalk-shapes.js';

/** The root: the company itself. It is a department of ours, so that its people have a place. */
export const ROOT = '1';

/**
 * Makes a department's record. Its order is left out where full syncs don't ask for it, so that it stays as it is (R3).
 */
export function mapDepartment(
  department: DingtalkDepartment,
  { details }: { readonly details: boolean },
): SourceRecord {
  const { dept_id: externalId, name, parent_id: parent, order } = department;
  const data: Record<string, unknown> = {};
  // A department has a name: an empty one is one that the app may not see.
  if (name) data['title'] = name;
  // A parent out of the app's sight is named all the same: the department is a root until the parent is seen (R20).
  if (externalId === ROOT) data['parentUid'] = null;
  else if (parent !== undefined) data['parentUid'] = parent;
  if (details && order !== undefined && order !== null) data['order'] = order;
  return withProblems({ externalId, data }, problemsOf(department.invalidFields, FIELDS));
}

/** Fields of a department's record by DingTalk's own names; `owners` are the people who lead it. */
const FIELDS = { name: 'title', parent_id: 'parentUid', order: 'order', dept_manager_userid_list: 'owners' } as const;

/** Who manages a department; null where DingTalk does not say it, or one of them can't be read. */
export function managersIn({
  dept_manager_userid_list: list,
  invalidFields,
}: DingtalkDepartment): ReadonlySet<string> | null {
  const isOdd = invalidFields.some(({ key }: InvalidField) => key === 'dept_manager_userid_list');
  return list && !isOdd ? new Set(list) : null;
}

/** A person's place in one department. What DingTalk does not say is null: not known, so it stays (R3). */
export interface Place {
  readonly leader: boolean | null;
  readonly order: number | null;
}

/** Who manages a department; null or undefined = not known. */
export type ManagersOf = (departmentId: string) => ReadonlySet<string> | null | undefined;

/** The place in the department whose list has the person. */
export function placeInList(
  { userid, leader, dept_order: order }: DingtalkMember,
  managers: ReturnType<ManagersOf>,
): Place {
  return { leader: leads(userid, leader, managers), order: order ?? null };
}

/** The places that a person's own answer names. */
export function placesOfUser(user: DingtalkUser, managersOf: ManagersOf): ReadonlyMap<string, Place> {
  const flags = new Map((user.leader_in_dept ?? []).map(({ dept_id: id, leader }) => [id, leader]));
  const orders = new Map((user.dept_order_list ?? []).map(({ dept_id: id, order }) => [id, order ?? null]));
  const isWhole = Boolean(user.leader_in_dept) && !user.invalidFields.some(({ key }) => key === 'leader_in_dept');
  const places = (user.dept_id_list ?? []).map((id): [string, Place] => {
    // A whole list that leaves a department out says that the person does not lead it.
    const flag = flags.has(id) ? flags.get(id) : isWhole ? false : null;
    return [id, { leader: leads(user.userid, flag, managersOf(id)), order: orders.get(id) ?? null }];
  });
  return new Map(places);
}

/** Either of the two may say it. */
function leads(userid: string, flag: boolean | null | undefined, managers: ReturnType<ManagersOf>): boolean | null {
  if (flag === true || managers?.has(userid) === true) return true;
  return flag ?? (managers ? false : null);
}
