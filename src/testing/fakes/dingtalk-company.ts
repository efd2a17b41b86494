/** A department as a DingTalk company keeps it; 1 is the root. */
export interface DingtalkDepartment {
  id: number;
  name: string;
  /** null = the root. */
  parent: number | null;
  order: number;
  managers: string[];
}

/** A person as a DingTalk company keeps it. */
export interface DingtalkUser {
  userid: string;
  name: string;
  mobile?: string;
  stateCode?: string;
  email?: string;
  orgEmail?: string;
  title?: string;
  jobNumber?: string;
  manager?: string;
  departments: { id: number; order: number; leader: boolean }[];
  /** Of custom fields; sent as text with JSON in it. */
  extension?: Readonly<Record<string, string>>;
  /** Has opened the app once; says nothing about being employed. */
  activated: boolean;
}

/** A person who left, as in `empLeaveRecords`. */
export interface DingtalkLeaver {
  userId: string;
  name: string;
  /** ISO time. */
  leaveTime: string;
}

/** Rights by the call or field that they open. */
const DINGTALK_RIGHTS = [
  'qyapi_get_department_list',
  'qyapi_get_department_member',
  'qyapi_get_member',
  'fieldMobile',
  'fieldEmail',
  'Contact.User.Read',
] as const;

/** What the app may see: `[1]` is everyone. */
export interface DingtalkScope {
  readonly departments: readonly number[];
  readonly users: readonly string[];
}

/** A company in DingTalk and what one app may see of it. Change it as you like between calls. */
export class DingtalkCompany {
  readonly departments = new Map<number, DingtalkDepartment>();
  readonly users = new Map<string, DingtalkUser>();
  readonly leavers: DingtalkLeaver[] = [];
  scope: DingtalkScope = { departments: [1], users: [] };
  rights = new Set<string>(DINGTALK_RIGHTS);

  constructor(name = 'Example Ltd') {
    this.departments.set(1, { id: 1, name, parent: null, order: 0, managers: [] });
  }

  addDepartment(id: number, name: string, parent = 1, more: Partial<DingtalkDepartment> = {}): DingtalkDepartment {
    const department = { id, name, parent, order: 10 * this.departments.size, managers: [], ...more };
    this.departments.set(id, department);
    return department;
  }

  addUser(userid: string, departments: readonly number[], more: Partial<DingtalkUser> = {}): DingtalkUser {
    const places = departments.map((id, at) => ({ id, order: 1_000 * (at + 1), leader: false }));
    const user = { userid, name: `Person ${userid}`, departments: places, activated: true, ...more };
    this.users.set(userid, user);
    return user;
  }

  /** The person is gone from every list; a leave record tells of it. */
  leave(userid: string, leaveTime: string): void {
    const user = this.users.get(userid);
    if (!user) throw new Error(`No user has the id ${userid}.`);
    this.users.delete(userid);
    this.leavers.push({ userId: userid, name: user.name, leaveTime });
  }

  children(id: number): DingtalkDepartment[] {
    return [...this.departments.values()].filter((one) => one.parent === id);
  }

  directMembers(id: number): DingtalkUser[] {
    return [...this.users.values()].filter((user) => user.departments.some((place) => place.id === id));
  }

  seesDepartment(id: number): boolean {
    if (this.scope.departments.includes(id)) return true;
    const parent = this.departments.get(id)?.parent ?? null;
    return parent !== null && this.seesDepartment(parent);
  }

  seesUser({ userid, departments }: DingtalkUser): boolean {
    return this.scope.users.includes(userid) || departments.some((place) => this.seesDepartment(place.id));
  }
}
