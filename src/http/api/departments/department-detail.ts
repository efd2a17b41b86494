import { RequestError } from '../../../domain/errors.js';
import { DEPARTMENT } from '../../../domain/record.js';
import { type DepartmentRow, findDepartment, findTitles } from '../../../directory/department.store.js';
import { findFieldSuppliers, findLinks, findWaiting } from '../../../directory/row-sources.store.js';
import type { Tx } from '../../../platform/db.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { type DepartmentDetail, type DepartmentView, viewDepartment } from './department-view.js';

/** Departments with the titles of their path, their links and what they wait for. */
export async function viewDepartments(tx: Tx, rows: readonly DepartmentRow[]): Promise<DepartmentView[]> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const links = await findLinks(tx, DEPARTMENT, ids);
  const waiting = await findWaiting(tx, DEPARTMENT, ids);
  const titles = await findTitles(tx, [...new Set(rows.flatMap((row) => row.path))]);
  return rows.map((row) => {
    return viewDepartment(row, { titles, links: links.get(row.id) ?? [], waiting: waiting.get(row.id) ?? [] });
  });
}

/** Reads a department with all that the API shows of it. @throws RequestError 404 department_not_found. */
export async function readDepartmentDetail(
  { db: { prisma: tx }, targets }: HttpDeps,
  id: string,
  { removed }: { readonly removed: boolean },
): Promise<DepartmentDetail> {
  const row = await findDepartment(tx, id);
  const [view] = row && (row.removedAt === null || removed) ? await viewDepartments(tx, [row]) : [];
  if (!view) throw departmentNotFound(id);
  const reference = { field: 'parentUid', column: 'parentId', kind: DEPARTMENT, id: view.parentId };
  const fields = targets.requireKind(DEPARTMENT).fields;
  return { ...view, suppliedBy: await findFieldSuppliers(tx, { kind: DEPARTMENT, id, fields, reference }) };
}

/** The answer where no department has the id. */
export function departmentNotFound(id: string): RequestError {
  return new RequestError(404, 'department_not_found', `There is no department ${id}.`);
}
