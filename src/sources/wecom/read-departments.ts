import type { Access } from './access.js';
import { orNull } from './access.js';
import type { DepartmentView } from './map-department.js';
import { WecomRightError } from './wecom-errors.js';
import { departmentIds, departmentList, type WecomDepartment } from './wecom-shapes.js';

/** The tree as far as it is in sight. */
export interface Tree {
  readonly departments: readonly WecomDepartment[];
  /** Ids whose members may be asked for; null where only ids of members are to be had. */
  readonly walkable: readonly number[] | null;
  readonly view: DepartmentView;
}

const noRight = (error: unknown): boolean => error instanceof WecomRightError;

/** Reads all departments, and what contacts sync knows beyond what an app may see. */
export async function readDepartments(access: Access): Promise<Tree> {
  const list = await orNull(access.details.get('department/list', departmentList), access, noRight);
  const named = list?.department ?? [];
  const onlyIds = list === null || !access.idsSuffice ? access.ids : null;
  const rest = onlyIds ? (await onlyIds.get('department/simplelist', departmentIds)).department_id : [];
  const departments = joined(named, rest);
  const walkable = list === null ? null : named.map(({ id }) => id);
  return { departments, walkable, view: viewOf(departments, walkable === null) };
}

/** What contacts sync says of parent and order is the whole truth; a scoped app's own list says the names. */
function joined(named: readonly WecomDepartment[], rest: readonly WecomDepartment[]): readonly WecomDepartment[] {
  const found = new Map(named.map((department) => [department.id, department]));
  for (const department of rest) found.set(department.id, { ...found.get(department.id), ...department });
  return [...found.values()];
}

/** How departments become records: which parents are in sight, and ids for names where there are none for anybody. */
export function viewOf(departments: readonly WecomDepartment[], nameless: boolean): DepartmentView {
  const ids = new Set(departments.map(({ id }) => id));
  return { sees: (id) => ids.has(id), ...(nameless ? { titleOf: String } : {}) };
}
