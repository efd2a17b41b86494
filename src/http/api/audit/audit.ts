import { z } from 'zod';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { cursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { text } from '../../core/text-schema.js';
import { type AuditEntryRow, listAuditEntries } from './audit-entry.store.js';

const entrySchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.string().describe('`key:<id>`, `admin:<account id>`, `system`, `command` or `anonymous`.'),
    action: z.string().describe('`<object type>.<verb>`.'),
    objectType: z.string(),
    objectId: z.string(),
    address: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    beforeHash: z.string().nullable().describe('Hash of the object before the action, to compare with a copy.'),
    afterHash: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

/** Who did what, when. */
export function auditRoute({ db }: HttpDeps): Route {
  return defineRoute({
    id: 'listAudit',
    method: 'get',
    path: '/audit',
    role: 'admin',
    narrowed: 'refused',
    tag: 'Audit',
    summary: 'List recorded actions, newest first',
    query: z.strictObject({
      objectType: text({ min: 0, max: 255 }).optional().describe('source, task, user, key, account or job.'),
      objectId: text({ min: 0, max: 255 }).optional(),
      limit: limitQuery,
      cursor: cursorQuery(z.tuple([z.string().regex(/^\d{1,18}$/)])),
    }),
    replies: { 200: { description: 'A page of audit entries.', schema: pageOf(entrySchema) } },
    async handle({ query: { limit, cursor, ...filter } }) {
      const rows = await listAuditEntries(db.prisma, { ...filter, before: cursor?.[0] ?? null, limit: limit + 1 });
      return { status: 200, body: toPage(rows, limit, { item: viewEntry, cursor: (row) => [String(row.id)] }) };
    },
  });
}

function viewEntry(row: AuditEntryRow): z.output<typeof entrySchema> {
  const detail = row.detail as Record<string, unknown>;
  return { ...row, id: String(row.id), at: row.at.toISOString(), detail };
}
