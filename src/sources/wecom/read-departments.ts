import { type Rejected, partitionItems } from '../../domain/partition-items.js';
import { type Access, orNull } from './find-user.js';
import type { DepartmentView } from './map-department.js';
import type { WecomApi } from './wecom-api.js';
import { WecomRightError } from './classify-answer.js';
import { departmentIds, departmentList, departmentReading, type WecomDepartment } from './wecom-shapes.js';

/** The visible part of the tree. */
export interface Tree {
  readonly departments: readonly WecomDepartment[];
  /** Departments that exist and cannot be used. */
  readonly rejected: readonly Rejected[];
  /** The ids whose members can be listed; null if only the ids of members are available. */
  readonly walkable: readonly string[] | null;
  readonly view: DepartmentView;
}

/** The departments of one answer, and those of them that cannot be used. */
interface Listed {
  readonly items: readonly WecomDepartment[];
  readonly rejected: readonly Rejected[];
}

const NOTHING: Listed = { items: [], rejected: [] };

const noRight = (error: unknown): boolean => error instanceof WecomRightError;

/** Reads all departments, including those that only contacts sync can see. */
export async function readDepartments(access: Access): Promise<Tree> {
  const named = await orNull(listNamed(access.details), access, noRight);
  const onlyIds = named === null || !access.idsSuffice ? access.ids : null;
  const rest = onlyIds ? await listIds(onlyIds) : NOTHING;
  const known = named ?? NOTHING;
  const departments = joined(known.items, rest.items);
  const listed = new Set(departments.map(({ id }) => String(id)));
  const rejected = [...known.rejected, ...rest.rejected.filter(({ externalId }) => !listed.has(externalId ?? ''))];
  const walkable = named === null ? null : [...named.items.map(({ id }) => String(id)), ...idsOf(named.rejected)];
  return { departments, rejected, walkable, view: viewOf(departments, rejected) };
}

/** The departments with their names. */
export async function listNamed(api: WecomApi): Promise<Listed> {
  return partitionItems((await api.get('department/list', departmentList)).department, departmentReading);
}

/** The ids, parents and order of departments. */
export async function listIds(api: WecomApi): Promise<Listed> {
  return partitionItems((await api.get('department/simplelist', departmentIds)).department_id, departmentReading);
}

/** The parent and order are taken from contacts sync, the name from the list of the app, which may be limited. */
function joined(named: readonly WecomDepartment[], rest: readonly WecomDepartment[]): readonly WecomDepartment[] {
  const found = new Map(named.map((department) => [department.id, department]));
  for (const department of rest) found.set(department.id, joinDepartment(found.get(department.id), department));
  return [...found.values()];
}

/**
 * The list of ids takes precedence over the department's own answer; values that it does not contain are taken from
 * there.
 */
export function joinDepartment(named: WecomDepartment | undefined, listed: WecomDepartment): WecomDepartment {
  const open = named?.invalidFields.filter(({ key }) => !Object.hasOwn(listed, key)) ?? [];
  const invalidFields = [
    ...open,
    ...listed.invalidFields.filter(({ key }) => named === undefined || !Object.hasOwn(named, key)),
  ];
  return { ...named, ...listed, invalidFields };
}

/** The context in which departments become records: which parents are visible. */
export function viewOf(departments: readonly WecomDepartment[], rejected: readonly Rejected[]): DepartmentView {
  const ids = new Set([...departments.map(({ id }) => String(id)), ...idsOf(rejected)]);
  return { sees: (id) => ids.has(String(id)) };
}

/** The ids of the rejected items. */
export const idsOf = (rejected: readonly Rejected[]): string[] =>
  rejected.flatMap(({ externalId }) => externalId ?? []);
