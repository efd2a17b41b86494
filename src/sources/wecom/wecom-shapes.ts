import { z } from 'zod';
import { idList, looseId, looseInteger, looseText } from '../../domain/loose-shapes.js';
import { withoutInvalidFields } from '../../domain/invalid-fields.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { ItemReading } from '../../domain/partition-items.js';

/** Parallel lists keep their null items: without them, later items would have another position. */
const parallel = z.array(looseInteger.nullable()).nullish();
const isFlag = (value: number) => value === 0 || value === 1;
const parallelFlags = z.array(looseInteger.refine(isFlag, 'must be 0 or 1').nullable()).nullish();

/** A department in the answers of department/list and department/get (path/90344). */
const wecomDepartment = withoutInvalidFields(
  z.looseObject({
    id: looseInteger,
    name: looseText,
    name_en: looseText,
    parentid: looseInteger.nullish(),
    order: looseInteger.nullish(),
    department_leader: idList,
  }),
  'id',
);
/** The type of a department. */
export type WecomDepartment = z.output<typeof wecomDepartment>;

/**
 * A member in the answers of user/list and user/get (path/96260). A field whose permission is missing is absent, not
 * null.
 */
export const wecomUser = withoutInvalidFields(
  z.looseObject({
    userid: looseId,
    name: looseText,
    department: parallel,
    order: parallel,
    is_leader_in_dept: parallelFlags,
    direct_leader: idList,
    main_department: looseInteger.nullish(),
    status: looseInteger.nullish(),
    position: looseText,
    mobile: looseText,
    email: looseText,
    biz_mail: looseText,
    alias: looseText,
    english_name: looseText,
    gender: looseText,
    telephone: looseText,
    address: looseText,
    external_position: looseText,
    extattr: z.unknown().optional(),
  }),
  'userid',
);
/** The type of a member. */
export type WecomUser = z.output<typeof wecomUser>;

/** Departments and members are checked one by one: an item without a usable id does not affect the others (R7). */
export const departmentReading: ItemReading<WecomDepartment> = {
  kind: DEPARTMENT,
  schema: wecomDepartment,
  idOf: ({ id }) => id,
};
/** See `departmentReading`. */
export const userReading: ItemReading<WecomUser> = {
  kind: USER,
  schema: wecomUser,
  idOf: ({ userid }) => (typeof userid === 'string' ? userKey(userid) : userid),
};

/** The answers of the calls that reads make. */
export const departmentIds = z.object({ department_id: z.array(z.unknown()) });
export const departmentList = z.object({ department: z.array(z.unknown()) });
export const oneDepartment = z.object({ department: wecomDepartment });
/** For a department without members, the list may be null. */
export const userList = z.object({ userlist: z.array(z.unknown()).nullable() });
/** One row per member and department; the rows of a member may be on two pages (path/96067). */
export const userIds = z.object({ next_cursor: z.string().nullish(), dept_user: z.array(z.unknown()).nullable() });

const memberPlace = withoutInvalidFields(
  z.looseObject({ userid: looseId, department: looseInteger.nullish() }),
  'userid',
);
/** A row of `userIds`. */
export type MemberPlace = z.output<typeof memberPlace>;
/** See `departmentReading`. */
export const placeReading: ItemReading<MemberPlace> = { ...userReading, schema: memberPlace };

/** The external id of a member: WeCom's userid in lower case, because its case has no meaning (path/90197). */
export const userKey = (userid: string): string => userid.toLowerCase();
