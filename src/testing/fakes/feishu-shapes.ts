import type { FeishuDepartment, FeishuTenant, FeishuUser } from './feishu-tenant.js';

/** Which of a person's ids a call asks for. */
export type UserIdType = 'user_id' | 'open_id' | 'union_id';

/** Either of them shows `employee_no` (contact-v3/user/find_by_department, "字段权限要求"). */
const EMPLOYEE_NUMBER = ['contact:user.employee:readonly', 'contact:user.employee_number:read'] as const;

/** A person as contact v3 sends one to an app with these rights: what a right is missing for is absent, not null. */
export function feishuUserShape(tenant: FeishuTenant, user: FeishuUser, idType: UserIdType): Record<string, unknown> {
  const may = (right: string, fields: Record<string, unknown>) => (tenant.rights.has(right) ? fields : {});
  const leader = user.leader === undefined ? undefined : tenant.users.get(user.leader);
  return withoutUndefined({
    union_id: user.unionId,
    open_id: user.openId,
    ...may('contact:user.employee_id:readonly', { user_id: user.userId }),
    ...may('contact:user.base:readonly', { name: user.name, en_name: '', nickname: '', avatar: {} }),
    ...may('contact:user.email:readonly', { email: user.email ?? '' }),
    ...may('contact:user.phone:readonly', { mobile: user.mobile ?? '', mobile_visible: true }),
    ...may('contact:user.employee:readonly', {
      status: {
        is_frozen: user.status === 'frozen',
        is_resigned: user.status === 'resigned',
        is_activated: user.status !== 'unjoined',
        is_exited: user.status === 'exited',
        is_unjoin: user.status === 'unjoined',
      },
      job_title: user.jobTitle ?? '',
      enterprise_email: user.enterpriseEmail,
      employee_type: 1,
      join_time: 0,
      custom_attrs: user.customAttrs ?? [],
    }),
    ...(EMPLOYEE_NUMBER.some((right) => tenant.rights.has(right)) ? { employee_no: user.employeeNo ?? '' } : {}),
    ...may('contact:user.department:readonly', {
      department_ids: user.departments.map((place) => place.id),
      leader_user_id: leader ? idOf(leader, idType) : undefined,
      orders: user.departments.map((place) => ({
        department_id: place.id,
        user_order: place.order,
        department_order: place.primary ? 1 : 0,
        is_primary_dept: place.primary,
      })),
    }),
  });
}

/** A department as contact v3 sends it. */
export function feishuDepartmentShape(
  tenant: FeishuTenant,
  department: FeishuDepartment,
  idType: UserIdType,
): Record<string, unknown> {
  const may = (right: string, fields: Record<string, unknown>) => (tenant.rights.has(right) ? fields : {});
  const leaders = department.leaders.flatMap((id) => tenant.users.get(id) ?? []).map((user) => idOf(user, idType));
  return withoutUndefined({
    open_department_id: department.id,
    department_id: `custom-${department.id}`,
    ...may('contact:department.base:readonly', {
      name: department.name,
      i18n_name: { zh_cn: '', ja_jp: '', en_us: '' },
    }),
    ...may('contact:department.organize:readonly', {
      parent_department_id: department.parent,
      order: department.order,
      leader_user_id: leaders[0],
      leaders: leaders.map((leaderID, at) => ({ leaderType: at === 0 ? 1 : 2, leaderID })),
      member_count: tenant.directMembers(department.id).length,
      unit_ids: [],
    }),
    status: { is_deleted: false },
  });
}

/** The id of the asked type. */
export function idOf(user: FeishuUser, idType: UserIdType): string {
  return { user_id: user.userId, open_id: user.openId, union_id: user.unionId }[idType];
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
