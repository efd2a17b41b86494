import { z } from 'zod';
import { idList, looseId, looseInteger, looseList, looseText } from '../../domain/loose-shapes.js';
import { withoutInvalidFields } from '../../domain/invalid-fields.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { ItemReading } from '../../domain/partition-items.js';

// A field whose permission is missing is absent. Absent and empty have different meanings and stay different.

/** Ids that are too long for a number are texts. */
const departmentId = looseId;
const order = looseInteger.nullish();
const flag = z.boolean().nullish();

const person = {
  userid: looseId,
  unionid: looseText,
  name: looseText,
  mobile: looseText,
  state_code: looseText,
  email: looseText,
  org_email: looseText,
  title: looseText,
  job_number: looseText,
  dept_id_list: idList,
  /** Custom fields, as JSON in a text. */
  extension: looseText,
};

/** A person in `user/list`: `leader` and `dept_order` belong to the requested department. */
export const dingtalkMember = withoutInvalidFields(
  z.looseObject({ ...person, leader: flag, dept_order: order }),
  'userid',
);
/** The type of a member in a list. */
export type DingtalkMember = z.infer<typeof dingtalkMember>;

/** A person in `user/get`: all departments, and the superior. */
export const dingtalkUser = withoutInvalidFields(
  z.looseObject({
    ...person,
    manager_userid: looseText,
    dept_order_list: looseList(z.looseObject({ dept_id: departmentId, order })),
    leader_in_dept: looseList(z.looseObject({ dept_id: departmentId, leader: flag })),
  }),
  'userid',
);
/** The type of a person. */
export type DingtalkUser = z.infer<typeof dingtalkUser>;

/** A department, from `listsub` (without order and managers) or `get`. */
export const dingtalkDepartment = withoutInvalidFields(
  z.looseObject({
    dept_id: departmentId,
    name: looseText,
    parent_id: departmentId.nullish(),
    order,
    dept_manager_userid_list: idList,
  }),
  'dept_id',
);
/** The type of a department. */
export type DingtalkDepartment = z.infer<typeof dingtalkDepartment>;

/**
 * The people and departments of a list are checked one by one: an item without a usable id does not affect the others
 * (R7).
 */
export const memberReading: ItemReading<DingtalkMember> = {
  kind: USER,
  schema: dingtalkMember,
  idOf: ({ userid }) => userid,
};
/** The type of the result. */
export const departmentReading: ItemReading<DingtalkDepartment> = {
  kind: DEPARTMENT,
  schema: dingtalkDepartment,
  idOf: ({ dept_id: id }) => id,
};

/** `next_cursor` has a meaning only while `has_more` is true. */
export const memberPage = z.looseObject({
  has_more: z.boolean(),
  next_cursor: looseInteger.nullish(),
  list: z.array(z.unknown()).nullable(),
});

/** `result` of `department/listsub`. */
export const childrenList = z.array(z.unknown());

/** The scope of the app; `[1]` is the whole company. */
export const scopesAnswer = z.looseObject({
  auth_org_scopes: z.looseObject({
    authed_dept: looseList(departmentId),
    authed_user: looseList(looseId),
  }),
});

/** People who left; a record without an id identifies no person. */
export const leavePage = z.looseObject({
  records: looseList(z.looseObject({ userId: looseId.nullish().catch(null) })),
  nextToken: z.union([z.string(), z.number()]).nullish(),
});
