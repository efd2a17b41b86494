import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { booleanQuery, cursorQuery, idCursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { memberSchema, viewUser } from '../users/user-view.js';
import { listMembers, type MemberRow } from '../../../directory/user.store.js';
import { text } from '../../core/text-schema.js';
import { changeDepartmentRoute } from './change-department.js';
import { departmentNotFound, readDepartmentDetail, viewDepartments } from './department-detail.js';
import {
  departmentDetailSchema,
  departmentNodeSchema,
  departmentSchema,
  nestDepartments,
  siblingSchema,
} from './department-view.js';
import {
  findDepartment,
  listDepartments,
  listSiblings,
  readTree,
  type SiblingCursor,
  type SiblingRow,
} from '../../../directory/department.store.js';

/** Departments: list, tree, read, members. */
export function departmentRoutes(deps: HttpDeps): readonly Route[] {
  return [list(deps), tree(deps), children(deps), read(deps), changeDepartmentRoute(deps), members(deps)];
}

const shared = { method: 'get', role: 'viewer', narrowed: 'refused', tag: 'Departments' } as const;
const byId = { params: z.object({ id: z.uuid() }), missing: 'department_not_found' } as const;

/** A tree of this size is about 2 MB; a larger one is read branch by branch. */
const MAX_NODES = 5_000;
const MAX_DEPTH = 1_000;

function list({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'listDepartments',
    path: '/departments',
    summary: 'List departments; removed ones only with `?removed=true`',
    query: z.strictObject({
      removed: booleanQuery.default(false),
      search: text({ max: 255 }).optional().describe('Text to find in the title.'),
      parent: z.uuid().optional(),
      source: z.string().max(63).optional().describe('Linked by this source.'),
      limit: limitQuery,
      cursor: idCursorQuery,
    }),
    replies: { 200: { description: 'A page of departments.', schema: pageOf(departmentSchema) } },
    async handle({ query: { limit, cursor, ...filter } }) {
      const rows = await listDepartments(db.prisma, { ...filter, after: cursor, limit: limit + 1 });
      const page = toPage(rows, limit, { item: (row) => row, cursor: (row) => [row.id] });
      return { status: 200, body: { ...page, items: await viewDepartments(db.prisma, page.items) } };
    },
  });
}

function tree({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'readDepartmentTree',
    path: '/departments/tree',
    summary: 'Read the tree, or a branch of it, at most 5,000 departments at once',
    query: z.strictObject({
      root: z.uuid().optional().describe('Id of the top department of the branch; default: all roots.'),
      depth: z.coerce.number().int().min(0).max(MAX_DEPTH).default(MAX_DEPTH).describe('Levels below the top.'),
    }),
    replies: {
      200: {
        description: 'The top departments with their children.',
        schema: z.object({ items: z.array(departmentNodeSchema) }),
      },
      422: { description: '`tree_too_large`: set `root` or a smaller `depth`.' },
    },
    async handle({ query: { root = null, depth } }) {
      const rows = await readTree(db.prisma, { root, depth, limit: MAX_NODES + 1 });
      if (root !== null && rows.length === 0) throw departmentNotFound(root);
      if (rows.length > MAX_NODES)
        throw new RequestError(
          422,
          'tree_too_large',
          'The tree has more than 5,000 departments: set `root` or a smaller `depth`.',
        );
      return { status: 200, body: { items: nestDepartments(await viewDepartments(db.prisma, rows)) } };
    },
  });
}

/** A page of the tree, for readers that open it level by level; however many siblings there are. */
function children({ db }: HttpDeps): Route {
  const after = z.tuple([z.number().nullable(), z.string(), z.uuid()]);
  return defineRoute({
    ...shared,
    id: 'listChildDepartments',
    path: '/departments/children',
    summary: 'List the direct children of a department, or the roots, in order',
    query: z.strictObject({
      parent: z.uuid().optional().describe('Default: the roots.'),
      limit: limitQuery,
      cursor: cursorQuery(after),
    }),
    replies: { 200: { description: 'A page of child departments.', schema: pageOf(siblingSchema) } },
    async handle({ query: { parent = null, limit, cursor } }) {
      const rows = await listSiblings(db.prisma, { parent, after: cursor, limit: limit + 1 });
      return { status: 200, body: toPage(rows, limit, { item: viewSibling, cursor: placeOf }) };
    },
  });
}

const viewSibling = ({ id, title, parentId, order, isLeaf, path, members }: SiblingRow) => {
  return { id, title, parentId, order, isLeaf, path, members };
};

const placeOf = ({ order, title, id }: SiblingRow): SiblingCursor => [order, title, id];

function read(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    ...byId,
    id: 'readDepartment',
    path: '/departments/{id}',
    summary: 'Read a department; a removed one only with `?removed=true`',
    query: z.strictObject({ removed: booleanQuery.default(false) }),
    replies: { 200: { description: 'The department.', schema: departmentDetailSchema } },
    async handle({ params, query }) {
      return { status: 200, body: await readDepartmentDetail(deps, params.id, query) };
    },
  });
}

function members({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    ...byId,
    id: 'listMembers',
    path: '/departments/{id}/members',
    summary: "List a department's own members",
    query: z.strictObject({ limit: limitQuery, cursor: idCursorQuery }),
    replies: { 200: { description: 'A page of members.', schema: pageOf(memberSchema) } },
    async handle({ params, query: { limit, cursor } }) {
      const department = await findDepartment(db.prisma, params.id);
      if (!department || department.removedAt !== null) throw departmentNotFound(params.id);
      const rows = await listMembers(db.prisma, { departmentId: params.id, after: cursor, limit: limit + 1 });
      return { status: 200, body: toPage(rows, limit, { item: viewMember, cursor: (row) => [row.id] }) };
    },
  });
}

function viewMember(row: MemberRow) {
  const { isMain, isOwner, order, sources } = row;
  return { ...viewUser(row), isMain, isOwner, order, sources };
}
