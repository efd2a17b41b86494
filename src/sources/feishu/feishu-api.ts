import { z } from 'zod';
import { SourceReadError } from '../../domain/errors.js';
import { looseId, looseInteger } from '../../domain/loose-shapes.js';
import { USER } from '../../domain/record.js';
import { type ItemReading, type PartitionedItems, partitionItems } from '../../domain/partition-items.js';
import type { JsonCall } from '../../outbound/http-client/json-call.js';
import { createJsonClient, type JsonWorld } from '../../outbound/http-client/json-client.js';
import { steadyClient } from '../../outbound/http-client/steady-client.js';
import { classifyAnswer, FeishuShapeError, TOKEN_API } from './classify-answer.js';
import { baseUrlOf, type FeishuConfig, identityOf } from './feishu-config.js';
import {
  departmentReading,
  feishuDepartment,
  type FeishuDepartment,
  type FeishuUser,
  feishuUserBy,
  itemsPage,
  scopePage,
} from './feishu-shapes.js';

/** The scope of an app, if it is not the whole company. */
export interface FeishuScope {
  readonly departments: readonly string[];
  /** People who are named individually, in the id type of the source. */
  readonly users: readonly string[];
  /** User groups cannot be read: a person who is visible only through a group is not found. */
  readonly groups: number;
}

/** The calls of Feishu's contact API (v3) that a sync needs. Department ids are `open_department_id`s. */
export interface FeishuApi {
  /** The departments below one, page by page; all levels if `deep` is set. */
  children(
    id: string,
    options: { readonly deep: boolean; readonly pageSize?: number },
  ): AsyncIterable<PartitionedItems<FeishuDepartment>>;
  /** The people in a department itself, page by page. */
  members(departmentId: string, pageSize?: number): AsyncIterable<PartitionedItems<FeishuUser>>;
  department(id: string): Promise<FeishuDepartment>;
  /** Up to 50 departments; those that the app may not see are left out. */
  departments(ids: readonly string[]): Promise<PartitionedItems<FeishuDepartment>>;
  user(id: string): Promise<FeishuUser>;
  scope(): Promise<FeishuScope>;
  close(): Promise<void>;
}

/**
 * The largest page, and the largest number of ids in one call (documents of children, find_by_department and batch).
 */
export const MAX_PAGE = 50;
const MAX_SCOPE_PAGE = 100;
/** A limit that no list reaches: a list without an end must not fill the disk. */
const MAX_PAGES = 20_000;

const CONTACT = '/open-apis/contact/v3';

/** Per app and API: 50 calls a second, 1000 a minute (open.feishu.cn, "frequency control"). */
const RATES = (api: string) => [
  { key: api, max: 50, windowMs: 1_000 },
  { key: api, max: 1_000, windowMs: 60_000 },
];

/** Opens the API of a source; the caller must close it. */
export function openFeishuApi(world: JsonWorld, config: FeishuConfig, signal: AbortSignal): FeishuApi {
  const client = openClient(world, config, signal);
  const ids = { department_id_type: 'open_department_id', user_id_type: identityOf(config) };
  const { userReading, oneUser } = userShapesOf(config);
  const ask = async <Shape extends z.ZodType>(shape: Shape, call: JsonCall): Promise<z.infer<Shape>> => {
    const { body } = await client.call({ ...call, query: { ...ids, ...call.query } });
    const parsed = shape.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new FeishuShapeError(
      `The answer of ${call.api} does not match its documentation: ${issue?.path.join('.')} ${issue?.message}.`,
    );
  };
  return {
    children: (id, { deep, pageSize = MAX_PAGE }) =>
      itemsOf(
        departmentReading,
        pages(ask, itemsPage, {
          api: 'departments/children',
          path: `${CONTACT}/departments/${encodeURIComponent(id)}/children`,
          query: { fetch_child: String(deep), page_size: pageSize },
        }),
      ),
    members: (departmentId, pageSize = MAX_PAGE) =>
      itemsOf(
        userReading,
        pages(ask, itemsPage, {
          api: 'users/find_by_department',
          path: `${CONTACT}/users/find_by_department`,
          query: { department_id: departmentId, page_size: pageSize },
        }),
      ),
    department: async (id) => {
      const path = `${CONTACT}/departments/${encodeURIComponent(id)}`;
      return (await ask(oneDepartment, { api: 'departments/get', path })).data.department;
    },
    departments: async (ids) => {
      if (ids.length === 0) return { items: [], rejected: [] };
      const path = `${CONTACT}/departments/batch?${ids.map((id) => `department_ids=${encodeURIComponent(id)}`).join('&')}`;
      const { data } = await ask(itemsPage, { api: 'departments/batch', path });
      return partitionItems(data.items ?? [], departmentReading);
    },
    user: async (id) => {
      const path = `${CONTACT}/users/${encodeURIComponent(id)}`;
      return (await ask(oneUser, { api: 'users/get', path })).data.user;
    },
    scope: () => readScope(ask),
    close: () => client.close(),
  };
}

const oneDepartment = z.object({ data: z.object({ department: feishuDepartment }) });
function userShapesOf(config: FeishuConfig) {
  const identity = identityOf(config);
  const schema = feishuUserBy(identity);
  const userReading: ItemReading<FeishuUser> = { kind: USER, schema, idOf: (user) => user[identity] };
  return { userReading, oneUser: z.object({ data: z.object({ user: schema }) }) };
}

function openClient(world: JsonWorld, config: FeishuConfig, signal: AbortSignal) {
  const { appId, appSecret } = config;
  const client = createJsonClient(world, {
    provider: 'feishu',
    baseUrl: baseUrlOf(config),
    credential: `${appId}:${appSecret}`,
    secrets: [appSecret],
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    rates: RATES,
    classify: classifyAnswer,
    signal,
    token: {
      credential: `${appId}:${appSecret}`,
      fetch: async (ask) => {
        const path = '/open-apis/auth/v3/tenant_access_token/internal';
        const body = { app_id: appId, app_secret: appSecret };
        const answer = tokenAnswer.safeParse((await ask({ api: TOKEN_API, method: 'POST', path, body })).body);
        if (!answer.success) throw new SourceReadError('Feishu issued no token, though it reported success.');
        return { token: answer.data.tenant_access_token, expiresInMs: answer.data.expire * 1_000 };
      },
      put: (call, token) => ({ ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } }),
    },
  });
  return steadyClient(client);
}

const tokenAnswer = z.looseObject({ tenant_access_token: looseId, expire: looseInteger });

type Ask = <Shape extends z.ZodType>(shape: Shape, call: JsonCall) => Promise<z.infer<Shape>>;

interface AnyPage {
  readonly data: { readonly has_more?: boolean | null | undefined; readonly page_token?: string | null | undefined };
}

/** R30: a list ends only where `has_more` is false; a repeated token would make it endless. */
async function* pages<Page extends AnyPage>(ask: Ask, shape: z.ZodType<Page>, call: JsonCall): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let token: string | undefined;
  while (seen.size < MAX_PAGES) {
    const page = await ask(shape, { ...call, query: { ...call.query, page_token: token } });
    yield page;
    if (page.data.has_more !== true) return;
    token = page.data.page_token ?? '';
    if (token === '' || seen.has(token))
      throw new SourceReadError(`${call.api} reports more items, but no page token.`);
    seen.add(token);
  }
  throw new SourceReadError(`${call.api} has more than ${MAX_PAGES} pages.`, { retry: false });
}

async function* itemsOf<Item>(
  reading: ItemReading<Item>,
  from: AsyncIterable<{ readonly data: { readonly items?: readonly unknown[] | null | undefined } }>,
): AsyncGenerator<PartitionedItems<Item>> {
  for await (const { data } of from) yield partitionItems(data.items ?? [], reading);
}

async function readScope(ask: Ask): Promise<FeishuScope> {
  const departments: string[] = [];
  const users: string[] = [];
  let groups = 0;
  const call = { api: 'scopes', path: `${CONTACT}/scopes`, query: { page_size: MAX_SCOPE_PAGE } };
  for await (const { data } of pages(ask, scopePage, call)) {
    departments.push(...(data.department_ids ?? []));
    users.push(...(data.user_ids ?? []));
    groups += data.group_ids?.length ?? 0;
  }
  return { departments: [...new Set(departments)], users: [...new Set(users)], groups };
}
