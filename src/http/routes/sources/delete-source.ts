import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction } from '../../../platform/db.js';
import { recordAudit } from '../../../tasks/audit.store.js';
import { defineRoute, type Route } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';
import { booleanQuery } from '../../paging.js';
import { findPermittedSource } from '../find-permitted-source.js';
import { deleteSource, lockTasks, removeRecords } from './delete-source.store.js';
import { lockSource } from './source.store.js';
import { sourceParams } from './source-schema.js';

/** Deletes a source: what it made stays, unless the caller says otherwise. */
export function deleteSourceRoute({ db }: HttpDeps): Route {
  return defineRoute({
    id: 'deleteSource',
    method: 'delete',
    path: '/sources/{name}',
    role: 'admin',
    narrowed: 'refused',
    tag: 'Sources',
    summary: 'Delete a source with its tasks, pushes and keys',
    missing: 'source_not_found',
    params: sourceParams,
    query: z.strictObject({
      confirm: z.string().optional().describe("The source's name, again."),
      removeRecords: booleanQuery.default(false).describe('End its links by its removal policy.'),
    }),
    replies: {
      204: { description: 'Deleted.' },
      409: { description: '`source_busy`: a task of it is at work.' },
      422: { description: '`confirm_required`.' },
    },
    async handle({ params, query, principal, requester }) {
      await inTransaction(db, async (tx) => {
        const { id } = await findPermittedSource(tx, principal, params.name);
        if (query.confirm !== params.name)
          throw new RequestError(422, 'confirm_required', `To delete it, say ?confirm=${params.name}.`);
        const source = await lockSource(tx, id);
        if (!source) throw new RequestError(404, 'source_not_found', `Source "${params.name}" was just deleted.`);
        if (await lockTasks(tx, id))
          throw new RequestError(409, 'source_busy', 'A task of this source is at work: cancel it or wait.');
        if (query.removeRecords) await removeRecords(tx, source);
        await deleteSource(tx, id);
        await recordAudit(tx, {
          actor: requester.requestedBy,
          address: requester.address,
          action: 'source.delete',
          objectType: 'source',
          objectId: id,
          detail: { name: source.name, removeRecords: query.removeRecords, removal: source.removal },
          before: source,
        });
      });
      return { status: 204 };
    },
  });
}
