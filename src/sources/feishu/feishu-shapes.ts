import { z } from 'zod';
import { idList, looseId, looseInteger, looseList, looseText } from '../../domain/loose-shapes.js';
import { withoutInvalidFields } from '../../domain/invalid-fields.js';
import { DEPARTMENT } from '../../domain/record.js';
import type { ItemReading } from '../../domain/partition-items.js';

// A field whose permission is missing is absent. Absent and empty have different meanings and stay different.

const flag = z.boolean().nullish();

const person = z.looseObject({
  user_id: looseText,
  union_id: looseText,
  open_id: looseText,
  name: looseText,
  email: looseText,
  enterprise_email: looseText,
  mobile: looseText,
  job_title: looseText,
  employee_no: looseText,
  leader_user_id: looseText,
  status: z.looseObject({ is_frozen: flag, is_resigned: flag, is_exited: flag }).nullish(),
  department_ids: idList,
  orders: looseList(
    z.looseObject({ department_id: looseText, user_order: looseInteger.nullish(), is_primary_dept: flag }),
  ),
  custom_attrs: looseList(z.looseObject({ id: looseText, value: z.unknown() })),
});

/** A person in the contact API v3. Without the id that the source uses, a person cannot be used. */
export const feishuUserBy = (identity: 'user_id' | 'union_id' | 'open_id') => withoutInvalidFields(person, identity);
/** The type of a person. */
export type FeishuUser = z.infer<ReturnType<typeof feishuUserBy>>;

const isNumeral = (text: string | null | undefined) => Number.isFinite(Number(text ?? 0));

/** A department in the contact API v3; `order` is a number as text, and the smaller one comes first. */
export const feishuDepartment = withoutInvalidFields(
  z.looseObject({
    open_department_id: looseId,
    name: looseText,
    parent_department_id: looseText,
    order: looseText.refine(isNumeral, 'must be a number'),
    leader_user_id: looseText,
    leaders: looseList(z.looseObject({ leaderID: looseText })),
    status: z.looseObject({ is_deleted: flag }).nullish(),
  }),
  'open_department_id',
);
/** The type of a department. */
export type FeishuDepartment = z.infer<typeof feishuDepartment>;

/**
 * The departments and people of a page are checked one by one: an item without a usable id does not affect the others
 * (R7).
 */
export const departmentReading: ItemReading<FeishuDepartment> = {
  kind: DEPARTMENT,
  schema: feishuDepartment,
  idOf: ({ open_department_id: id }) => id,
};

/** A page: `page_token` has a meaning only while `has_more` is true. An empty page may omit `items`. */
export const itemsPage = z.object({
  data: z.looseObject({ has_more: flag, page_token: looseText, items: z.array(z.unknown()).nullish() }),
});

/** The scope of the app. */
export const scopePage = z.object({
  data: z.looseObject({
    has_more: flag,
    page_token: looseText,
    department_ids: looseList(looseId),
    user_ids: looseList(looseId),
    group_ids: looseList(looseId),
  }),
});
