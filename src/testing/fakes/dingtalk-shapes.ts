import type { DingtalkCompany, DingtalkDepartment, DingtalkUser } from './dingtalk-company.js';

/** A person in `user/list`: leader and order are those of the department asked about. */
export function dingtalkMemberShape(company: DingtalkCompany, user: DingtalkUser, departmentId: number) {
  const place = user.departments.find((one) => one.id === departmentId);
  return { ...sharedShape(company, user), dept_order: place?.order, leader: place?.leader ?? false };
}

/** A person in `user/get`: all departments, and the superior. */
export function dingtalkUserShape(company: DingtalkCompany, user: DingtalkUser) {
  return {
    ...sharedShape(company, user),
    ...(user.manager === undefined ? {} : { manager_userid: user.manager }),
    dept_order_list: user.departments.map(({ id, order }) => ({ dept_id: id, order })),
    leader_in_dept: user.departments.map(({ id, leader }) => ({ dept_id: id, leader })),
    role_list: [],
    real_authed: true,
    senior: false,
  };
}

/** A department in `department/listsub`: neither order nor managers. */
export function dingtalkSubShape({ id, name, parent }: DingtalkDepartment) {
  return { dept_id: id, name, parent_id: parent, create_dept_group: false, auto_add_user: false };
}

/** A department in `department/get`; the root has no parent. */
export function dingtalkDepartmentShape({ id, name, parent, order, managers }: DingtalkDepartment) {
  return {
    dept_id: id,
    name,
    ...(parent === null ? {} : { parent_id: parent }),
    order,
    dept_manager_userid_list: managers,
    create_dept_group: false,
    auto_add_user: false,
    outer_dept: false,
    hide_dept: false,
  };
}

function sharedShape(company: DingtalkCompany, user: DingtalkUser) {
  const { mobile, stateCode = '86', email = '', orgEmail, extension } = user;
  const phone = company.rights.has('fieldMobile') && mobile !== undefined;
  return {
    userid: user.userid,
    unionid: `union-${user.userid}`,
    name: user.name,
    avatar: '',
    title: user.title ?? '',
    job_number: user.jobNumber ?? '',
    work_place: '',
    remark: '',
    telephone: '',
    hide_mobile: false,
    ...(phone ? { mobile, state_code: stateCode } : {}),
    ...(company.rights.has('fieldEmail') ? { email, ...(orgEmail === undefined ? {} : { org_email: orgEmail }) } : {}),
    dept_id_list: user.departments.map((place) => place.id),
    ...(extension === undefined ? {} : { extension: JSON.stringify(extension) }),
    hired_date: 1_597_573_616_828,
    active: user.activated,
    admin: false,
    boss: false,
    exclusive_account: false,
  };
}
