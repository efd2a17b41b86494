import { z } from 'zod';
import { DEPARTMENT } from '../../../domain/record.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { findDepartment } from '../../../directory/department.store.js';
import { inTransaction } from '../../../platform/db.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { awaitEdit, checkEdit, storeEdit } from '../edit-row.js';
import { departmentFieldsSchema, editAcceptedSchema, editQuery, editResult, releaseSchema } from '../edit-schema.js';
import { departmentNotFound, readDepartmentDetail } from './department-detail.js';
import { departmentDetailSchema } from './department-view.js';

const bodySchema = z
  .strictObject({
    fields: departmentFieldsSchema.default({}),
    release: releaseSchema(departmentFieldsSchema).default([]),
  })
  .refine(({ fields, release }) => Object.keys(fields).length + release.length > 0, 'Send `fields` or `release`.')
  .meta({ id: 'DepartmentChange' });

/** Fields of a department that an admin edits by hand (R51). */
export function changeDepartmentRoute(deps: HttpDeps): Route {
  return defineRoute({
    id: 'changeDepartment',
    method: 'patch',
    path: '/departments/{id}',
    role: 'admin',
    narrowed: 'refused',
    tag: 'Departments',
    summary: 'Edit fields of a department, or release them to the sources',
    params: z.object({ id: z.uuid() }),
    missing: 'department_not_found',
    query: editQuery,
    body: { schema: bodySchema },
    replies: {
      200: {
        description: 'The department.',
        schema: departmentDetailSchema.extend(editResult).meta({ id: 'EditedDepartment' }),
      },
      202: { description: 'The edit is stored; its task has not ended yet.', schema: editAcceptedSchema },
      409: { description: '`changed_meanwhile`: send the edit again.' },
      422: { description: '`invalid_request`, `invalid_reference`, `cycle`, `too_deep`, or the code of a field.' },
    },
    async handle({ params: { id }, query: { wait: waitS }, body, requester: { requestedBy, address }, beginWait }) {
      const target = deps.targets.requireKind(DEPARTMENT);
      const checked = checkEdit(target, body);
      if (!checked) throw new Error('An edit without fields passed the schema.');
      const queued = await inTransaction(deps.db, async (tx) => {
        const row = await findDepartment(tx, id);
        if (!row || row.removedAt !== null) throw departmentNotFound(id);
        const stored = await storeEdit(tx, target, { kind: DEPARTMENT, id, ...checked, requestedBy });
        const detail = { fields: Object.keys(body.fields), release: body.release, taskId: stored.taskId };
        const deed = { actor: requestedBy, address, objectType: 'department', objectId: id };
        await recordAudit(tx, { ...deed, action: 'department.edit', detail });
        return stored;
      });
      const outcome = await awaitEdit(deps, target, queued, { waitS, beginWait });
      if (!outcome) return { status: 202, body: { taskId: queued.taskId } };
      return { status: 200, body: { ...(await readDepartmentDetail(deps, id, { removed: true })), ...outcome } };
    },
  });
}
