import { SourceAuthError } from '../../domain/errors.js';
import { inOrder } from '../../platform/http-client/in-order.js';
import type { DingtalkApi, DingtalkScope } from './dingtalk-api.js';
import type { DingtalkDepartment } from './dingtalk-shapes.js';
import { ROOT } from './map-department.js';

/** Departments that are asked for at the same time. */
export const AT_ONCE = 4;

/**
 * Finds out where a walk begins: at the root where the app may see the whole company, else at what it was given.
 * @throws SourceAuthError when that is nothing
 */
export async function findScope(api: DingtalkApi): Promise<DingtalkScope> {
  const { departments, users } = await api.scope();
  if (departments.includes(ROOT)) return { departments: [ROOT], users: [] };
  if (departments.length + users.length > 0) return { departments, users };
  throw new SourceAuthError('The app may see nobody: set its range of contacts under Permissions of the app.');
}

/**
 * Walks down from the given departments, level by level, each department once. The list of children has neither order
 * nor managers, and the suite lists one level at a time: one call each, and one more where details are wanted.
 *
 * One that goes away meanwhile fails the walk: what was below it may be where nobody looks again.
 */
export async function* walkDepartments(
  api: DingtalkApi,
  tops: readonly string[],
  { details }: { readonly details: boolean },
): AsyncGenerator<DingtalkDepartment[]> {
  const seen = new Set(tops);
  let level: string[] = [...new Set(tops)];
  yield await all(level, (id) => api.department(id));
  while (level.length > 0) {
    const children: DingtalkDepartment[] = [];
    for await (const found of inOrder(level, AT_ONCE, (id) => api.children(id))) {
      for (const child of found) {
        if (!seen.has(child.dept_id)) children.push(child);
        seen.add(child.dept_id);
      }
    }
    level = children.map((child) => child.dept_id);
    if (children.length > 0) yield details ? await all(level, (id) => api.department(id)) : children;
  }
}

async function all(
  ids: readonly string[],
  read: (id: string) => Promise<DingtalkDepartment>,
): Promise<DingtalkDepartment[]> {
  const found: DingtalkDepartment[] = [];
  for await (const department of inOrder(ids, AT_ONCE, read)) found.push(department);
  return found;
}
