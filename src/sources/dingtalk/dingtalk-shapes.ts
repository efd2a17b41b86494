import { z } from 'zod';
import { idList, looseId, looseInteger, looseList, looseText } from '../../domain/loose-shapes.js';
import { withoutInvalidFields } from '../../domain/invalid-fields.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { ItemReading } from '../../domain/partition-items.js';

// A field whose right is missing is absent; absent and empty are different things and must stay so.

/** Longer ones than a number can hold come as text. */
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
  /** Custom fields as JSON inside a text. */
  extension: looseText,
};

/** A person in `user/list`: `leader` and `dept_order` are those of the department asked about. */
export const dingtalkMember = withoutInvalidFields(
  z.looseObject({ ...person, leader: flag, dept_order: order }),
  'userid',
);
/** See the schema. */
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
/** See the schema. */
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
/** See the schema. */
export type DingtalkDepartment = z.infer<typeof dingtalkDepartment>;

/** People and departments of a list are judged one by one: one without a usable id must not hide the others (R7). */
export const memberReading: ItemReading<DingtalkMember> = {
  kind: USER,
  schema: dingtalkMember,
  idOf: ({ userid }) => userid,
};
/** See `memberReading`. */
export const departmentReading: ItemReading<DingtalkDepartment> = {
  kind: DEPARTMENT,
  schema: dingtalkDepartment,
  idOf: ({ dept_id: id }) => id,
};

/** `next_cursor` means something only while `has_more` is true. */
export const memberPage = z.looseObject({
  has_more: z.boolean(),
  next_cursor: looseInteger.nullish(),
  list: z.array(z.unknown()).nullable(),
});

/** `result` of `department/listsub`. */
export const childrenList = z.array(z.unknown());

/** What the app may see; `[1]` is the whole company. */
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
