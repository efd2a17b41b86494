import { z } from 'zod';
import { suppliedBySchema } from '../edit-schema.js';
import { linkSchema, viewLink, waitingSchema } from '../link-view.js';
import type { LinkRow, WaitingRow } from '../../../directory/row-sources.store.js';
import type { DepartmentRow } from '../../../directory/department.store.js';

const time = z.iso.datetime();

const fields = {
  id: z.uuid(),
  title: z.string(),
  parentId: z.uuid().nullable(),
  order: z.number().nullable(),
  isLeaf: z.boolean(),
  path: z.array(z.uuid()).describe('Ids from the root to this one.'),
  pathTitles: z.array(z.string()).describe('Titles from the root to this one.'),
  attributes: z.record(z.string(), z.unknown()),
  links: z.array(linkSchema),
  waiting: z.array(waitingSchema).describe('A parent that takes effect when its record arrives.'),
  createdAt: time,
  updatedAt: time,
  removedAt: time.nullable(),
};

/** A department. */
export const departmentSchema = z.object(fields).meta({ id: 'Department' });

/** A department with the suppliers of its fields. */
export const departmentDetailSchema = z
  .object({ ...fields, suppliedBy: suppliedBySchema })
  .meta({ id: 'DepartmentDetail' });

/** A department among its siblings. */
export const siblingSchema = z
  .object({
    id: fields.id,
    title: fields.title,
    parentId: fields.parentId,
    order: fields.order,
    isLeaf: fields.isLeaf,
    path: fields.path,
    members: z.int().min(0).describe('Direct members, without those of departments below.'),
  })
  .meta({ id: 'DepartmentSibling' });

/** A department among its siblings, as the API shows it. */
export type SiblingView = z.output<typeof siblingSchema>;
/** A department as the API shows it. */
export type DepartmentView = z.output<typeof departmentSchema>;
/** A department with the suppliers of its fields. */
export type DepartmentDetail = z.output<typeof departmentDetailSchema>;
/** A department with everything below it. */
type DepartmentNode = DepartmentView & { readonly children: DepartmentNode[] };

/** A department with those below it. */
export const departmentNodeSchema: z.ZodType<DepartmentNode> = z
  .object({ ...fields, children: z.lazy(() => z.array(departmentNodeSchema)) })
  .meta({ id: 'DepartmentNode' });

/** What a view of a department has on top of its row. */
interface DepartmentExtras {
  readonly links: readonly LinkRow[];
  readonly waiting: readonly WaitingRow[];
  /** The titles of all departments in its path. */
  readonly titles: ReadonlyMap<string, string>;
}

/** A department as callers see it. */
export function viewDepartment(row: DepartmentRow, { links, waiting, titles }: DepartmentExtras): DepartmentView {
  return {
    id: row.id,
    title: row.title,
    parentId: row.parentId,
    order: row.order,
    isLeaf: row.isLeaf,
    path: row.path,
    pathTitles: row.path.map((id) => titles.get(id) ?? id),
    attributes: row.attributes,
    links: links.map(viewLink),
    waiting: [...waiting],
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
