import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction, type Tx } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { queueRecompose } from '../../../tasks/life/queue-recompose.store.js';
import { findOpenRemovals } from '../../../tasks/life/removal.store.js';
import { ringTask } from '../../../tasks/life/ring.store.js';
import { type Call, defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { closedSignal } from '../../core/connections.js';
import { cursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { findPermittedSource } from '../find-permitted.js';
import { checkReferences, refuseWiderChanges } from './refuse-source-changes.js';
import { checkSchema, checkSource } from './check-source.js';
import { sealGivenConfig } from './seal-given-config.js';
import {
  insertSource,
  listSources,
  lockSource,
  type SourceRow,
  type SourceValues,
  updateSource,
} from './source.store.js';
import {
  type NewSource,
  newSourceSchema,
  sourceParams,
  type SourcePatch,
  sourcePatchSchema,
  sourceSchema,
  type SourceView,
} from './source-schema.js';
import { viewSource } from './source-view.js';

/** Sources: list, make, read, change, try out. */
export function sourceRoutes(deps: HttpDeps): readonly Route[] {
  return [list(deps), create(deps), read(deps), change(deps), check(deps)];
}

const shared = { tag: 'Sources', params: sourceParams, missing: 'source_not_found' } as const;

function list({ db, sources }: HttpDeps): Route {
  return defineRoute({
    id: 'listSources',
    method: 'get',
    path: '/sources',
    role: 'viewer',
    narrowed: 'allowed',
    tag: 'Sources',
    summary: 'List sources by name',
    query: z.strictObject({ limit: limitQuery, cursor: cursorQuery(z.tuple([z.string()])) }),
    replies: { 200: { description: 'A page of sources.', schema: pageOf(sourceSchema) } },
    async handle({ query: { limit, cursor }, principal }) {
      const filter = { onlyId: principal.sourceId, after: cursor?.[0] ?? null, limit: limit + 1 };
      const rows = await listSources(db.prisma, filter);
      const facts = { sources, removals: await findOpenRemovals(db.prisma, rows.map(idOf)) };
      const shape = { item: (row: SourceRow) => viewSource(row, facts), cursor: nameOf };
      return { status: 200, body: toPage(rows, limit, shape) };
    },
  });
}

const nameOf = (row: SourceRow) => [row.name];
const idOf = (row: SourceRow) => row.id;

async function view({ db, sources }: HttpDeps, row: SourceRow): Promise<SourceView> {
  return viewSource(row, { sources, removals: await findOpenRemovals(db.prisma, [row.id]) });
}

function create(deps: HttpDeps): Route {
  return defineRoute({
    id: 'createSource',
    method: 'post',
    path: '/sources',
    role: 'admin',
    narrowed: 'refused',
    tag: 'Sources',
    summary: 'Create a source',
    body: { schema: newSourceSchema },
    replies: {
      201: { description: 'The source.', schema: sourceSchema },
      409: { description: '`source_exists`.' },
      422: { description: '`unknown_source_type`, `invalid_config`, `invalid_request`.' },
    },
    async handle({ body, requester }) {
      const row = await inTransaction(deps.db, async (tx) => {
        const made = await insertSource(tx, newRow(deps, body));
        if (!made) throw new RequestError(409, 'source_exists', `There is already a source "${body.name}".`);
        await auditSource(tx, { requester, verb: 'create', source: made, fields: Object.keys(body) });
        return made;
      });
      return { status: 201, body: await view(deps, row), headers: { Location: `/api/v1/sources/${row.name}` } };
    },
  });
}

function newRow(deps: HttpDeps, given: NewSource) {
  const id = uuidv7();
  const adapter = knownAdapter(deps, given.type);
  checkReferences(deps.targets, given);
  const sealed = sealGivenConfig(deps.configSecrets, { sourceId: id, adapter, config: given.config });
  const { name, type, title = adapter.title } = given;
  return { id, name, type, ...(columnsOf({ ...given, title }) as SourceValues), ...sealed };
}

function read(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'readSource',
    method: 'get',
    path: '/sources/{name}',
    role: 'viewer',
    narrowed: 'allowed',
    summary: 'Read a source',
    replies: { 200: { description: 'The source.', schema: sourceSchema } },
    async handle({ params, principal }) {
      return { status: 200, body: await view(deps, await findPermittedSource(deps.db.prisma, principal, params.name)) };
    },
  });
}

function change(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'changeSource',
    method: 'patch',
    path: '/sources/{name}',
    role: 'admin',
    narrowed: 'allowed',
    summary:
      'Change a source; each given field replaces the stored one, a secret sent as "********" stays, unless its destination changes (`secret_required`); a new priority queues a task of mode `recompose`',
    body: { schema: sourcePatchSchema },
    replies: {
      200: { description: 'The source.', schema: sourceSchema },
      403: {
        description:
          '`forbidden`: the key is not enough; one narrowed to the source changes no `matchKeys`, `priority` or `removal`.',
      },
      422: { description: '`invalid_config`, `secret_required`, `invalid_request`.' },
    },
    async handle(call) {
      const { source, rings } = await patch(deps, call);
      for (const ring of rings) await ringTask(deps, ring);
      return { status: 200, body: await view(deps, source) };
    },
  });
}

function patch(deps: HttpDeps, call: Call<z.output<typeof sourceParams>, unknown, SourcePatch>) {
  const { body, params, principal, requester } = call;
  checkReferences(deps.targets, body);
  return inTransaction(deps.db, async (tx) => {
    const found = await findPermittedSource(tx, principal, params.name);
    const stored = await lockSource(tx, found.id);
    if (!stored || stored.deletedAt !== null)
      throw new RequestError(404, 'source_not_found', `Source "${params.name}" was just deleted.`);
    refuseWiderChanges(principal, body, stored);
    const values: Partial<SourceValues> = columnsOf(body);
    if (body.config === undefined) return save(values);
    const adapter = knownAdapter(deps, stored.type);
    const given = { sourceId: stored.id, adapter, config: body.config, stored };
    return save({ ...values, ...sealGivenConfig(deps.configSecrets, given) });

    async function save(changed: Partial<SourceValues>) {
      const saved = await updateSource(tx, found.id, changed);
      await auditSource(tx, { requester, verb: 'change', before: stored, source: saved, fields: Object.keys(body) });
      if (!stored || saved.priority === stored.priority) return { source: saved, rings: [] };
      return { source: saved, rings: await queueRecompose(tx, saved.id, requester.requestedBy) };
    }
  });
}

function check(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'checkSource',
    method: 'post',
    path: '/sources/{name}/check',
    role: 'operator',
    narrowed: 'allowed',
    staysOpen: 'check',
    summary: 'Test the options of a source, within 10 s',
    replies: { 200: { description: 'Whether the options work, and if not, what to do.', schema: checkSchema } },
    async handle({ params, principal, response }) {
      const source = await findPermittedSource(deps.db.prisma, principal, params.name);
      return { status: 200, body: await checkSource(deps, source, closedSignal(response)) };
    },
  });
}

function knownAdapter({ sources }: HttpDeps, type: string) {
  const adapter = sources.findConfigurable(type);
  if (adapter) return adapter;
  const known = sources.list().map((one) => one.type);
  throw new RequestError(
    422,
    'unknown_source_type',
    `There is no source type "${type}". Use one of ${known.join(', ')}.`,
    [{ path: 'type', message: 'Unknown.' }],
  );
}

/** Fields of the API as columns; only those that are given, and the options not, which are sealed apart. */
function columnsOf({ config: _, schedule, ...same }: SourcePatch & Partial<Pick<NewSource, 'name' | 'type'>>) {
  const { name: _name, type: _type, ...values } = same;
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  if (schedule === undefined) return given as Partial<SourceValues>;
  const { cron = null, deltaCron = null, timezone = 'UTC' } = schedule ?? {};
  return { ...given, fullCron: cron, deltaCron, timezone } as Partial<SourceValues>;
}

/** Names of fields only: their values may be secret. */
async function auditSource(
  tx: Tx,
  deed: {
    readonly requester: { readonly requestedBy: string; readonly address: string | null };
    readonly verb: string;
    readonly before?: unknown;
    readonly source: { readonly id: string; readonly name: string };
    readonly fields: readonly string[];
  },
): Promise<void> {
  const { requester, verb, before, source, fields } = deed;
  await recordAudit(tx, {
    actor: requester.requestedBy,
    address: requester.address,
    action: `source.${verb}`,
    objectType: 'source',
    objectId: source.id,
    detail: { name: source.name, fields: [...fields].sort() },
    before,
    after: source,
  });
}
