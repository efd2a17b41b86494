import { z } from 'zod';
import { customName } from '../../domain/fields.js';

const value = z.string().nullable().optional();
const attributes = z
  .record(z.string(), z.unknown())
  .optional()
  .describe('Custom fields: those that are given change, null empties one.');

/** The fields of a user that can be edited by hand. */
export const userFieldsSchema = z
  .strictObject({
    username: value,
    nickname: value,
    email: value,
    phone: value,
    title: value,
    managerId: z.uuid().nullable().optional().describe('The id of the user who is the manager.'),
    attributes,
  })
  .describe('Fields to edit: they keep these values whatever the sources say. null empties a field.')
  .meta({ id: 'UserFields' });

/** The fields of a department that can be edited by hand. */
export const departmentFieldsSchema = z
  .strictObject({
    title: z.string().optional(),
    order: z.number().nullable().optional(),
    parentId: z.uuid().nullable().optional().describe('The id of the department above; null makes a root.'),
    attributes,
  })
  .describe('Fields to edit: they keep these values whatever the sources say. null empties a field.')
  .meta({ id: 'DepartmentFields' });

/** Names of fields that go back to what the sources say. */
export function releaseSchema(fields: z.ZodObject) {
  const names = Object.keys(fields.shape).filter((name) => name !== 'attributes');
  const isName = (name: string) => names.includes(name) || (customName(name) ?? '') !== '';
  return z
    .array(
      z
        .string()
        .max(300)
        .refine(isName, `must be one of ${names.join(', ')}, attributes.<name>`),
    )
    .max(100)
    .describe('Fields that go back to what the sources say: `title`, `attributes.<name>`.');
}

/** How long the answer to an edit waits. */
export const editQuery = z.strictObject({
  wait: z.coerce.number().int().min(0).max(60).default(10).describe('Seconds to wait until the edit is applied.'),
});

/** Who supplies the fields of a row. */
export const suppliedBySchema = z
  .record(z.string(), z.object({ source: z.string() }))
  .describe(
    'The source that supplies each field, a custom field as `attributes.<name>`; `manual` = edited by hand. A field that no source supplies is absent.',
  );

/** What an answer to an edit has on top of the row. */
export const editResult = {
  taskId: z.uuid().nullable().describe('The task that applied the change; null where nothing changed.'),
  problems: z
    .array(z.object({ field: z.string(), code: z.string(), message: z.string() }))
    .describe('Edited fields that could not be applied, such as `value_taken`; all others are.'),
};

/** The answer to an edit that is not applied yet. */
export const editAcceptedSchema = z.object({ taskId: z.uuid() }).meta({ id: 'AcceptedEdit' });
