import { z } from 'zod';

// A field whose right is missing is absent; absent and empty are different things and must stay so.

const text = z.string().nullish();

/** A person as contact v3 sends him. */
export const feishuUser = z.looseObject({
  user_id: text,
  union_id: text,
  open_id: text,
  name: text,
  en_name: text,
  nickname: text,
  email: text,
  enterprise_email: text,
  mobile: text,
  job_title: text,
  employee_no: text,
  leader_user_id: text,
  status: z
    .looseObject({
      is_frozen: z.boolean().nullish(),
      is_resigned: z.boolean().nullish(),
      is_exited: z.boolean().nullish(),
    })
    .nullish(),
  department_ids: z.array(z.string()).nullish(),
  orders: z
    .array(
      z.looseObject({
        department_id: text,
        user_order: z.number().nullish(),
        is_primary_dept: z.boolean().nullish(),
      }),
    )
    .nullish(),
  custom_attrs: z.array(z.looseObject({ id: text, type: text, value: z.unknown() })).nullish(),
});
/** A person as contact v3 sends him. */
export type FeishuUser = z.infer<typeof feishuUser>;

/** A department as contact v3 sends it; `order` is a number as text, the smaller comes first. */
export const feishuDepartment = z.looseObject({
  open_department_id: z.string().min(1),
  name: text,
  parent_department_id: text,
  order: z.union([z.string(), z.number()]).nullish(),
  leader_user_id: text,
  leaders: z.array(z.looseObject({ leaderID: text })).nullish(),
  status: z.looseObject({ is_deleted: z.boolean().nullish() }).nullish(),
});
/** A department as contact v3 sends it. */
export type FeishuDepartment = z.infer<typeof feishuDepartment>;

/** A page: `page_token` means something only while `has_more` is true. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.looseObject({
      has_more: z.boolean().nullish(),
      page_token: text,
      items: z.array(item).nullish(),
    }),
  });
}

/** What the app may see. */
export const scopePage = z.object({
  data: z.looseObject({
    has_more: z.boolean().nullish(),
    page_token: text,
    department_ids: z.array(z.string()).nullish(),
    user_ids: z.array(z.string()).nullish(),
    group_ids: z.array(z.string()).nullish(),
  }),
});
