import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { USER } from '../../../domain/record.js';
import { inTransaction, type Tx } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { booleanQuery, idCursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { findLinks } from '../../../directory/link.store.js';
import { viewLink } from '../link-view.js';
import { findWaiting } from '../../../directory/waiting.store.js';
import { text } from '../../core/text-schema.js';
import { changeUser } from '../../../directory/change-user.store.js';
import { type UserDetail, userDetailSchema, userSchema, viewUser } from './user-view.js';
import { findPlaces, findUser, listUsers, type UserRow } from '../../../directory/user.store.js';

/** Users: list, read, and what an admin decides by hand. */
export function userRoutes(deps: HttpDeps): readonly Route[] {
  return [list(deps), read(deps), change(deps)];
}

const shared = {
  narrowed: 'refused',
  tag: 'Users',
  params: z.object({ id: z.uuid() }),
  missing: 'user_not_found',
} as const;

function list({ db }: HttpDeps): Route {
  return defineRoute({
    id: 'listUsers',
    method: 'get',
    path: '/users',
    role: 'viewer',
    narrowed: 'refused',
    tag: 'Users',
    summary: 'List users, inactive ones included',
    query: z.strictObject({
      search: text({ max: 255 }).optional().describe('In username, nickname, e-mail and phone.'),
      department: z.uuid().optional().describe('Its members.'),
      active: booleanQuery.optional(),
      source: z.string().max(63).optional().describe('Linked by this source.'),
      limit: limitQuery,
      cursor: idCursorQuery,
    }),
    replies: { 200: { description: 'A page of users.', schema: pageOf(userSchema) } },
    async handle({ query: { limit, cursor, ...filter } }) {
      const rows = await listUsers(db.prisma, { ...filter, after: cursor, limit: limit + 1 });
      return { status: 200, body: toPage(rows, limit, { item: viewUser, cursor: (row: UserRow) => [row.id] }) };
    },
  });
}

function read({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'readUser',
    method: 'get',
    path: '/users/{id}',
    role: 'viewer',
    summary: 'Read a user with departments, manager, links and what waits',
    replies: { 200: { description: 'The user.', schema: userDetailSchema } },
    handle: async ({ params }) => ({ status: 200, body: await detail(db.prisma, params.id) }),
  });
}

function change({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'changeUser',
    method: 'patch',
    path: '/users/{id}',
    role: 'admin',
    summary: 'Lock a user (inactive whatever sources say) or protect one (never removed by a sync)',
    body: {
      schema: z
        .strictObject({ locked: z.boolean().optional(), protected: z.boolean().optional() })
        .refine((given) => Object.keys(given).length > 0, 'Say `locked` or `protected`.'),
    },
    replies: { 200: { description: 'The user.', schema: userDetailSchema } },
    async handle({ params, body, requester }) {
      await inTransaction(db, async (tx) => {
        const before = await findUser(tx, params.id);
        const fields = await changeUser(tx, params.id, body);
        if (!fields) throw notFound(params.id);
        if (fields.length === 0) return;
        const { requestedBy: actor, address } = requester;
        const deed = { actor, address, action: 'user.change', objectType: 'user', objectId: params.id };
        const after = await findUser(tx, params.id);
        await recordAudit(tx, { ...deed, detail: { ...(body as Record<string, boolean>) }, before, after });
      });
      return { status: 200, body: await detail(db.prisma, params.id) };
    },
  });
}

async function detail(tx: Tx, id: string): Promise<UserDetail> {
  const user = await findUser(tx, id);
  if (!user) throw notFound(id);
  const [manager, departments, links, waiting] = await Promise.all([
    user.managerId === null ? null : findUser(tx, user.managerId),
    findPlaces(tx, id),
    findLinks(tx, USER, [id]),
    findWaiting(tx, USER, [id]),
  ]);
  return {
    ...viewUser(user),
    manager: manager && { id: manager.id, username: manager.username, nickname: manager.nickname },
    departments,
    links: (links.get(id) ?? []).map(viewLink),
    waiting: [...(waiting.get(id) ?? [])],
  };
}

function notFound(id: string): RequestError {
  return new RequestError(404, 'user_not_found', `There is no user ${id}.`);
}
