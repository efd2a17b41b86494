import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import {
  type ApiKey,
  createApiKey,
  findSourceId,
  findApiKey,
  listApiKeys,
  revokeApiKey,
} from '../../../access/keys/api-key.store.js';
import { ROLES } from '../../../access/accounts/principal.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { idCursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { text } from '../../core/text-schema.js';

/** API keys: list, make, end. */
export function keyRoutes(deps: HttpDeps): readonly Route[] {
  return [list(deps), create(deps), revoke(deps)];
}

const shared = { role: 'admin', narrowed: 'refused', tag: 'Keys' } as const;
const time = z.iso.datetime().nullable();

const keySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(ROLES),
    source: z.string().nullable().describe('The only source that the key can access.'),
    pushOnly: z.boolean(),
    createdBy: z.string().nullable(),
    createdAt: z.iso.datetime(),
    expiresAt: time,
    lastUsedAt: time.describe('Rounded to a minute.'),
    revokedAt: time,
  })
  .meta({ id: 'ApiKey' });

const newKeySchema = z
  .strictObject({
    name: text({ max: 255, trim: true }),
    role: z.enum(ROLES),
    source: z.string().min(1).max(63).nullable().default(null),
    pushOnly: z.boolean().default(false),
    expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
  })
  .refine(({ role, pushOnly }) => !pushOnly || role !== 'viewer', {
    path: ['role'],
    message: 'A push-only key requires the role operator.',
  })
  .refine(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > Date.now(), {
    path: ['expiresAt'],
    message: 'Must be in the future.',
  })
  .meta({ id: 'NewApiKey' });

function list({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'listKeys',
    method: 'get',
    path: '/keys',
    summary: 'List API keys, including revoked ones, newest first',
    query: z.strictObject({ limit: limitQuery, cursor: idCursorQuery }),
    replies: { 200: { description: 'A page of keys, without their texts.', schema: pageOf(keySchema) } },
    async handle({ query: { limit, cursor } }) {
      const rows = await listApiKeys(db.prisma, { before: cursor, limit: limit + 1 });
      return { status: 200, body: toPage(rows, limit, { item: viewKey, cursor: (key: ApiKey) => [key.id] }) };
    },
  });
}

function create({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'createKey',
    method: 'post',
    path: '/keys',
    summary: 'Create an API key; its text is shown only once',
    body: { schema: newKeySchema },
    replies: {
      201: { description: 'The key with its text.', schema: keySchema.extend({ key: z.string() }) },
      404: { description: '`source_not_found`.' },
    },
    async handle({ body, requester }) {
      const { source, expiresAt, ...given } = body;
      const { key, text } = await inTransaction(db, async (tx) => {
        const narrowedTo = source === null ? null : await findSourceId(tx, source);
        if (source !== null && !narrowedTo)
          throw new RequestError(404, 'source_not_found', `There is no source "${source}".`);
        const expires = expiresAt === null ? null : new Date(expiresAt);
        const createdBy = requester.requestedBy;
        const made = await createApiKey(tx, {
          ...given,
          sourceId: narrowedTo,
          expiresAt: expires,
          createdBy,
        });
        const detail = { name: given.name, role: given.role, source, pushOnly: given.pushOnly };
        await recordAudit(tx, { ...deedOf(requester, made.key.id), action: 'key.create', detail, after: made.key });
        return made;
      });
      return { status: 201, body: { ...viewKey(key), key: text } };
    },
  });
}

function revoke({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'revokeKey',
    method: 'delete',
    path: '/keys/{id}',
    summary: 'Revoke an API key; it stops working within a second',
    params: z.object({ id: z.uuid() }),
    missing: 'key_not_found',
    replies: { 204: { description: 'Revoked.' } },
    async handle({ params: { id }, requester }) {
      await inTransaction(db, async (tx) => {
        const before = await findApiKey(tx, id);
        if (!(await revokeApiKey(tx, id))) throw new RequestError(404, 'key_not_found', `There is no key ${id}.`);
        await recordAudit(tx, {
          ...deedOf(requester, id),
          action: 'key.revoke',
          before,
          after: await findApiKey(tx, id),
        });
      });
      return { status: 204 };
    },
  });
}

function deedOf(requester: { requestedBy: string; address: string | null }, objectId: string) {
  return { actor: requester.requestedBy, address: requester.address, objectType: 'key', objectId };
}

function viewKey(key: ApiKey): z.output<typeof keySchema> {
  const { id, name, role, source, pushOnly, createdBy } = key;
  return {
    id,
    name,
    role,
    source,
    pushOnly,
    createdBy,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  };
}
