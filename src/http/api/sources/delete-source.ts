import { z } from 'zod';
import { recordAudit } from '../../../audit/audit.store.js';
import { RequestError } from '../../../domain/errors.js';
import { refuseSource } from '../../../domain/source-state.js';
import { inTransaction, type Tx } from '../../../platform/db.js';
import { chooseMainDepartments, findMembersOf } from '../../../targets/main-department.store.js';
import { existingTask } from '../../../tasks/life/find-task.store.js';
import { queueRecomposeOfOthers } from '../../../tasks/life/queue-recompose.store.js';
import { findOpenRemovals, queueRemoval } from '../../../tasks/life/removal.store.js';
import { type Ring, ringTask } from '../../../tasks/life/ring.store.js';
import { type Call, defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { booleanQuery } from '../../core/paging.js';
import { findPermittedSource } from '../find-permitted.js';
import { joinedTaskSchema } from '../tasks/task-schema.js';
import { viewTask } from '../tasks/task-view.js';
import { deleteSource, lockTasks, lockSource, type SourceRow } from './source.store.js';
import { sourceParams } from './source-schema.js';

const deletionQuery = z.strictObject({
  confirm: z.string().optional().describe('The name of the source, to confirm.'),
  removeRecords: booleanQuery
    .default(false)
    .describe('Queue a task of mode `remove` that ends its links by its removal policy and then deletes it.'),
});

/** Deletes a source: at once where what it made stays, else by a task that removes its records first (R17). */
export function deleteSourceRoute(deps: HttpDeps): Route {
  return defineRoute({
    id: 'deleteSource',
    method: 'delete',
    path: '/sources/{name}',
    role: 'admin',
    narrowed: 'refused',
    tag: 'Sources',
    summary: 'Delete a source with its tasks, pushes and keys; with `removeRecords` by a task',
    missing: 'source_not_found',
    params: sourceParams,
    query: deletionQuery,
    replies: {
      202: {
        description: 'With `removeRecords`: the task. The source is deleted when the task has ended.',
        schema: joinedTaskSchema,
      },
      204: { description: 'Deleted.' },
      409: {
        description:
          '`source_busy`: a task of it is running. `source_being_deleted`: a task of mode `remove` has not ended.',
      },
      422: { description: '`confirm_required`.' },
    },
    async handle(call) {
      const { taskId, rings } = await inTransaction(deps.db, async (tx) => {
        const source = await findConfirmed(tx, call);
        return call.query.removeRecords ? queueDeletion(tx, call, source) : deleteNow(tx, call, source);
      });
      for (const ring of rings) await ringTask(deps, ring);
      if (taskId === null) return { status: 204 };
      const body = {
        ...viewTask(await existingTask(deps.db.prisma, taskId), deps.targets),
        joined: rings.length === 0,
      };
      return { status: 202, body, headers: { Location: `/api/v1/tasks/${taskId}` } };
    },
  });
}

type DeleteCall = Call<z.output<typeof sourceParams>, z.output<typeof deletionQuery>, unknown>;

interface Deletion {
  /** The task that deletes it; null = it is deleted. */
  readonly taskId: string | null;
  readonly rings: readonly Ring[];
}

/** Locks the source that the caller names twice. */
async function findConfirmed(tx: Tx, { params, query, principal }: DeleteCall): Promise<SourceRow> {
  const { id } = await findPermittedSource(tx, principal, params.name);
  if (query.confirm !== params.name)
    throw new RequestError(422, 'confirm_required', `To delete the source, add ?confirm=${params.name}.`);
  const source = await lockSource(tx, id);
  if (source && source.deletedAt === null) return source;
  throw new RequestError(404, 'source_not_found', `Source "${params.name}" was just deleted.`);
}

async function queueDeletion(tx: Tx, call: DeleteCall, source: SourceRow): Promise<Deletion> {
  const { taskId, ring } = await queueRemoval(tx, source.id, call.requester.requestedBy);
  await audit(tx, call, source, { taskId });
  return { taskId, rings: ring ? [ring] : [] };
}

async function deleteNow(tx: Tx, call: DeleteCall, source: SourceRow): Promise<Deletion> {
  const { id, name } = source;
  const refused = (await findOpenRemovals(tx, [id])).has(id) && refuseSource(name, 'being_deleted', 'delete it');
  if (refused) throw refused;
  if (await lockTasks(tx, id))
    throw new RequestError(409, 'source_busy', 'A task of this source is running: cancel it or wait.');
  const rings = await queueRecomposeOfOthers(tx, id, call.requester.requestedBy);
  const members = await findMembersOf(tx, id);
  await deleteSource(tx, id);
  await chooseMainDepartments(tx, members);
  await audit(tx, call, source, {});
  return { taskId: null, rings };
}

function audit(
  tx: Tx,
  { query, requester }: DeleteCall,
  source: SourceRow,
  detail: { taskId?: string },
): Promise<void> {
  const { id, name, removal } = source;
  return recordAudit(tx, {
    actor: requester.requestedBy,
    address: requester.address,
    action: 'source.delete',
    objectType: 'source',
    objectId: id,
    detail: { name, removeRecords: query.removeRecords, removal, ...detail },
    before: source,
  });
}
