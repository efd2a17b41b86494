import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction, repeatableRead, type Tx } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { lockTasks } from '../sources/source.store.js';
import { text } from '../../core/text-schema.js';
import { eraseUser, liftErasure, sourcesOfUser } from '../../../directory/erase-user.store.js';
import { exportUser } from '../../../directory/export-user.store.js';
import { findUser } from '../../../directory/user.store.js';

/** Requests of data subjects: export and erasure of their data. */
export function personalDataRoutes(deps: HttpDeps): readonly Route[] {
  return [exportAll(deps), erase(deps), unerase(deps)];
}

const shared = {
  role: 'admin',
  narrowed: 'refused',
  tag: 'Users',
  params: z.object({ id: z.uuid() }),
  missing: 'user_not_found',
} as const;

const rows = z.array(z.unknown());
const exportSchema = z.object({
  users: rows,
  records: rows.describe('The last record of each source.'),
  memberships: rows,
  changes: rows,
  staged: rows,
  pushed: rows,
  audit: rows,
});

const count = z.int().min(0);
const erasedSchema = z.object({
  id: z.uuid(),
  erased: z.object({ links: count, memberships: count, changes: count, staged: count, pushes: count }),
});

function exportAll({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'exportUser',
    method: 'get',
    path: '/users/{id}/export',
    staysOpen: 'export',
    summary: 'Export all data that the database stores about one person',
    replies: { 200: { description: 'The rows, by type.', schema: exportSchema } },
    async handle({ params: { id }, requester }) {
      const found = await repeatableRead(db, (tx) => exportUser(tx, id));
      if ((found['users'] ?? []).length === 0) throw notFound(id);
      await recordAudit(db.prisma, { ...deedOf(requester, id), action: 'user.export' });
      const headers = { 'Content-Disposition': `attachment; filename="user-${id}.json"` };
      return { status: 200, body: found, headers };
    },
  });
}

function erase({ db, erasureKey }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'eraseUser',
    method: 'post',
    path: '/users/{id}/erase',
    summary: 'Erase the data of a user and ignore their records until the erasure is lifted',
    body: {
      schema: z.strictObject({
        reason: text({ max: 500, trim: true }).describe(
          'Stored permanently in the audit log: must contain no personal data.',
        ),
        confirm: z.string().describe("The user's id, to confirm."),
      }),
    },
    replies: {
      200: { description: 'The number of erased rows.', schema: erasedSchema },
      409: { description: '`source_busy`: a task of a source that links the user is running.' },
      422: { description: '`confirm_required`.' },
    },
    async handle({ params: { id }, body: { reason, confirm }, requester }) {
      if (confirm !== id)
        throw new RequestError(422, 'confirm_required', `To erase the user, send "confirm": "${id}".`);
      const erased = await inTransaction(db, async (tx) => {
        await lockSources(tx, id);
        const before = await findUser(tx, id);
        if (!before) throw notFound(id);
        const gone = await eraseUser(tx, id, await erasureKey.open(tx));
        const after = await findUser(tx, id);
        // No hash of the earlier values: an erased person's data must not be provable either.
        await recordAudit(tx, { ...deedOf(requester, id), action: 'user.erase', detail: { reason, ...gone }, after });
        return gone;
      });
      return { status: 200, body: { id, erased } };
    },
  });
}

function unerase({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'liftErasure',
    method: 'delete',
    path: '/users/{id}/erase',
    summary: 'Lift the erasure of a person; the next full sync creates a new user',
    replies: { 204: { description: 'Lifted.' }, 404: { description: '`user_not_found`, `not_erased`.' } },
    async handle({ params: { id }, requester }) {
      await inTransaction(db, async (tx) => {
        const records = await liftErasure(tx, id);
        if (records === 0) throw new RequestError(404, 'not_erased', `User ${id} is not erased.`);
        await recordAudit(tx, { ...deedOf(requester, id), action: 'user.unerase', detail: { records } });
      });
      return { status: 204 };
    },
  });
}

/** No task may be writing what goes. */
async function lockSources(tx: Tx, id: string): Promise<void> {
  for (const sourceId of await sourcesOfUser(tx, id))
    if (await lockTasks(tx, sourceId))
      throw new RequestError(409, 'source_busy', 'A task of a source of this user is running: cancel it or wait.');
}

function deedOf(requester: { requestedBy: string; address: string | null }, objectId: string) {
  return { actor: requester.requestedBy, address: requester.address, objectType: 'user', objectId };
}

function notFound(id: string): RequestError {
  return new RequestError(404, 'user_not_found', `There is no user ${id}.`);
}
