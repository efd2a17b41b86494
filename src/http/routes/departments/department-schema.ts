import { z } from 'zod';
import { linkSchema } from '../link-schema.js';

const time = z.iso.datetime();

const fields = {
  id: z.uuid(),
  title: z.string(),
  parentId: z.uuid().nullable(),
  order: z.number().nullable(),
  isLeaf: z.boolean(),
  path: z.array(z.uuid()).describe('Ids from the root to this one.'),
  attributes: z.record(z.string(), z.unknown()),
  links: z.array(linkSchema),
  createdAt: time,
  updatedAt: time,
  removedAt: time.nullable(),
};

/** A department. */
export const departmentSchema = z.object(fields).meta({ id: 'Department' });

/** A department among its siblings. */
export const siblingSchema = z
  .object({
    id: fields.id,
    title: fields.title,
    parentId: fields.parentId,
    order: fields.order,
    isLeaf: fields.isLeaf,
    path: fields.path,
    members: z.int().min(0).describe('Its own, without those of departments below.'),
  })
  .meta({ id: 'DepartmentSibling' });

/** A department among its siblings, as the API shows it. */
export type SiblingView = z.output<typeof siblingSchema>;
/** A department as the API shows it. */
export type DepartmentView = z.output<typeof departmentSchema>;
/** A department with everything below it. */
export type DepartmentNode = DepartmentView & { readonly children: DepartmentNode[] };

/** A department with those below it. */
export const departmentNodeSchema: z.ZodType<DepartmentNode> = z
  .object({ ...fields, children: z.lazy(() => z.array(departmentNodeSchema)) })
  .meta({ id: 'DepartmentNode' });
