import { z } from 'zod';

// A field whose right is missing is absent; absent and empty are different things and must stay so.

const text = z.string().nullish();
const number = z.number().nullish();
/** Longer ones than a number can hold come as text. */
const departmentId = z.union([z.number().int(), z.string().min(1)]).transform(String);

const person = {
  userid: z.string().min(1),
  unionid: text,
  name: text,
  mobile: text,
  state_code: text,
  email: text,
  org_email: text,
  title: text,
  job_number: text,
  telephone: text,
  dept_id_list: z.array(departmentId).nullish(),
  /** Custom fields as JSON inside a text. */
  extension: text,
};

/** A person in `user/list`: `leader` and `dept_order` are those of the department asked about. */
export const dingtalkMember = z.looseObject({ ...person, leader: z.boolean().nullish(), dept_order: number });
/** See the schema. */
export type DingtalkMember = z.infer<typeof dingtalkMember>;

/** A person in `user/get`: all departments, and the superior. */
export const dingtalkUser = z.looseObject({
  ...person,
  manager_userid: text,
  dept_order_list: z.array(z.looseObject({ dept_id: departmentId, order: number })).nullish(),
  leader_in_dept: z.array(z.looseObject({ dept_id: departmentId, leader: z.boolean().nullish() })).nullish(),
});
/** See the schema. */
export type DingtalkUser = z.infer<typeof dingtalkUser>;

/** A department, from `listsub` (without order and managers) or `get`. */
export const dingtalkDepartment = z.looseObject({
  dept_id: departmentId,
  name: text,
  parent_id: departmentId.nullish(),
  order: number,
  dept_manager_userid_list: z.array(z.string()).nullish(),
});
/** See the schema. */
export type DingtalkDepartment = z.infer<typeof dingtalkDepartment>;

/** `next_cursor` means something only while `has_more` is true. */
export const memberPage = z.looseObject({
  has_more: z.boolean(),
  next_cursor: number,
  list: z.array(dingtalkMember),
});

/** What the app may see; `[1]` is the whole company. */
export const scopesAnswer = z.looseObject({
  auth_org_scopes: z.looseObject({
    authed_dept: z.array(departmentId).nullish(),
    authed_user: z.array(z.string()).nullish(),
  }),
});

/** People who left. */
export const leavePage = z.looseObject({
  records: z.array(z.looseObject({ userId: z.string().min(1) })).nullish(),
  nextToken: z.union([z.string(), z.number()]).nullish(),
});
