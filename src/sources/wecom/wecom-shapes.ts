import { z } from 'zod';

const number = z.coerce.number();
const numbers = z.array(number);
const text = z.string().nullish();

/** A department as department/list and department/get answer it (path/90344). */
export const wecomDepartment = z.looseObject({
  id: number,
  name: text,
  name_en: text,
  parentid: number.nullish(),
  order: number.nullish(),
  department_leader: z.array(z.string()).nullish(),
});
/** A department. */
export type WecomDepartment = z.output<typeof wecomDepartment>;

/** A member as user/list and user/get answer it (path/96260). A field without its right is absent, not null. */
export const wecomUser = z.looseObject({
  userid: z.string().min(1),
  name: text,
  department: numbers.nullish(),
  order: numbers.nullish(),
  is_leader_in_dept: numbers.nullish(),
  direct_leader: z.array(z.string()).nullish(),
  main_department: number.nullish(),
  status: number.nullish(),
  position: text,
  mobile: text,
  email: text,
  biz_mail: text,
  extattr: z.unknown().optional(),
});
/** A member. */
export type WecomUser = z.output<typeof wecomUser>;

/** Answers of the calls that we make. */
export const departmentIds = z.object({ department_id: z.array(wecomDepartment) });
export const departmentList = z.object({ department: z.array(wecomDepartment) });
export const oneDepartment = z.object({ department: wecomDepartment });
/** Members are judged one by one: a broken one must not hide the others (R7). */
export const userList = z.object({ userlist: z.array(z.unknown()) });
/** One row per member and department; a member's rows may stand on two pages (path/96067). */
export const userIds = z.object({
  next_cursor: z.string().nullish(),
  dept_user: z.array(z.object({ userid: z.string().min(1), department: number })),
});
