import { z } from 'zod';
import { idList, looseId, looseInteger, looseList, looseText } from '../../domain/loose-shapes.js';
import { withoutInvalidFields } from '../../domain/invalid-fields.js';
import { DEPARTMENT } from '../../domain/record.js';
import type { ItemReading } from '../../domain/partition-items.js';

// A field whose right is missing is absent; absent and empty are different things and must stay so.

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

/** A person as contact v3 sends one; without the id by which the source goes it is nothing. */
export const feishuUserBy = (identity: 'user_id' | 'union_id' | 'open_id') => withoutInvalidFields(person, identity);
/** A person as contact v3 sends one. */
export type FeishuUser = z.infer<ReturnType<typeof feishuUserBy>>;

const isNumeral = (text: string | null | undefined) => Number.isFinite(Number(text ?? 0));

/** A department as contact v3 sends it; `order` is a number as text, the smaller comes first. */
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
/** A department as contact v3 sends it. */
export type FeishuDepartment = z.infer<typeof feishuDepartment>;

/** Departments and people of a page are judged one by one: one without a usable id must not hide the others (R7). */
export const departmentReading: ItemReading<FeishuDepartment> = {
  kind: DEPARTMENT,
  schema: feishuDepartment,
  idOf: ({ open_department_id: id }) => id,
};

/** A page: `page_token` means something only while `has_more` is true. An empty one may leave `items` out. */
export const itemsPage = z.object({
  data: z.looseObject({ has_more: flag, page_token: looseText, items: z.array(z.unknown()).nullish() }),
});

/** What the app may see. */
export const scopePage = z.object({
  data: z.looseObject({
    has_more: flag,
    page_token: looseText,
    department_ids: looseList(looseId),
    user_ids: looseList(looseId),
    group_ids: looseList(looseId),
  }),
});
