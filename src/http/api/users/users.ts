import { z } from 'zod';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { booleanQuery, idCursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { text } from '../../core/text-schema.js';
import { changeUserRoute } from './change-user.js';
import { readUserDetail } from './user-detail.js';
import { userDetailSchema, userSchema, viewUser } from './user-view.js';
import { listUsers, type UserRow } from '../../../directory/user.store.js';

/** Users: list, read, and what an admin decides by hand. */
export function userRoutes(deps: HttpDeps): readonly Route[] {
  return [list(deps), read(deps), changeUserRoute(deps)];
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
    summary: 'List users, including inactive ones',
    query: z.strictObject({
      search: text({ max: 255 }).optional().describe('Text to find in username, nickname, e-mail and phone.'),
      department: z.uuid().optional().describe('Only members of this department.'),
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

function read(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'readUser',
    method: 'get',
    path: '/users/{id}',
    role: 'viewer',
    summary: 'Read a user with departments, manager, links and waiting references',
    replies: { 200: { description: 'The user.', schema: userDetailSchema } },
    handle: async ({ params }) => ({ status: 200, body: await readUserDetail(deps, params.id) }),
  });
}
