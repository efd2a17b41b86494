import type { LinkRow } from '../link.store.js';
import { viewLink } from '../link-view.js';
import type { DepartmentNode, DepartmentView } from './department-schema.js';
import type { DepartmentRow } from './department.store.js';

/** A department as callers see it. */
export function viewDepartment(row: DepartmentRow, links: readonly LinkRow[]): DepartmentView {
  return {
    id: row.id,
    title: row.title,
    parentId: row.parentId,
    order: row.order,
    isLeaf: row.isLeaf,
    path: row.path,
    attributes: row.attributes,
    links: links.map(viewLink),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    removedAt: row.removedAt?.toISOString() ?? null,
  };
}

/** Nests departments that come parents first; one whose parent is not among them is a top. */
export function nestDepartments(departments: readonly DepartmentView[]): DepartmentNode[] {
  const tops: DepartmentNode[] = [];
  const byId = new Map<string, DepartmentNode>();
  for (const department of departments) {
    const { id, parentId } = department;
    const node = { ...department, children: [] };
    byId.set(id, node);
    const parent = parentId === null ? undefined : byId.get(parentId);
    (parent ? parent.children : tops).push(node);
  }
  return tops;
}
