/** A department as a Feishu tenant keeps it; ids are those that never change (`od-…`), `0` is the root. */
export interface FeishuDepartment {
  id: string;
  name: string;
  parent: string;
  order: string;
  /** `user_id`s; the first one is the main leader. */
  leaders: string[];
}

/** A person as a Feishu tenant keeps it. */
export interface FeishuUser {
  userId: string;
  openId: string;
  unionId: string;
  name: string;
  email?: string;
  mobile?: string;
  jobTitle?: string;
  employeeNo?: string;
  /** Not sent where left out; the suite's own mail may be switched off. */
  enterpriseEmail?: string;
  /** `user_id` of the superior. */
  leader?: string;
  departments: { id: string; order: number; primary: boolean }[];
  status: 'active' | 'frozen' | 'resigned' | 'exited' | 'unjoined';
  customAttrs?: unknown[];
}

/** Rights that make fields visible (each document page's "字段权限要求"). */
const FEISHU_FIELD_RIGHTS = [
  'contact:user.base:readonly',
  'contact:user.department:readonly',
  'contact:user.email:readonly',
  'contact:user.employee:readonly',
  'contact:user.phone:readonly',
  'contact:user.employee_id:readonly',
  'contact:user.employee_number:read',
  'contact:department.base:readonly',
  'contact:department.organize:readonly',
] as const;

/** What the app may see: everyone, or these departments with all below them and these people. */
export type FeishuScope = 'all' | { readonly departments: readonly string[]; readonly users: readonly string[] };

/** A company in Feishu and what one app may see of it. Change it as you like between calls. */
export class FeishuTenant {
  readonly departments = new Map<string, FeishuDepartment>();
  readonly users = new Map<string, FeishuUser>();
  scope: FeishuScope = 'all';
  rights = new Set<string>(['contact:contact.base:readonly', ...FEISHU_FIELD_RIGHTS]);

  addDepartment(id: string, name: string, parent = '0', more: Partial<FeishuDepartment> = {}): FeishuDepartment {
    const department = { id, name, parent, order: String(1000 + this.departments.size), leaders: [], ...more };
    this.departments.set(id, department);
    return department;
  }

  /** @param departments the first one is the person's main department */
  addUser(userId: string, departments: readonly string[], more: Partial<FeishuUser> = {}): FeishuUser {
    const places = departments.map((id, at) => ({ id, order: 10 * (at + 1), primary: at === 0 }));
    const basics = { userId, openId: `ou_${userId}`, unionId: `on_${userId}`, name: `Person ${userId}` };
    const user: FeishuUser = { ...basics, departments: places, status: 'active', ...more };
    this.users.set(userId, user);
    return user;
  }

  /** Below a department, in the order that the suite lists them; itself not. */
  below(id: string, deep: boolean): FeishuDepartment[] {
    const children = [...this.departments.values()].filter((one) => one.parent === id);
    return deep ? children.flatMap((one) => [one, ...this.below(one.id, true)]) : children;
  }

  directMembers(id: string): FeishuUser[] {
    return [...this.users.values()].filter(
      (user) => user.status !== 'resigned' && user.departments.some((place) => place.id === id),
    );
  }

  seesDepartment(id: string): boolean {
    if (this.scope === 'all') return true;
    if (this.scope.departments.includes(id)) return true;
    const parent = this.departments.get(id)?.parent;
    return parent !== undefined && parent !== '0' && this.seesDepartment(parent);
  }

  seesUser({ userId, departments }: FeishuUser): boolean {
    if (this.scope === 'all' || this.scope.users.includes(userId)) return true;
    return departments.some((place) => this.seesDepartment(place.id));
  }
}
