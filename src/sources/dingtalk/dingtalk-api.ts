import { z } from 'zod';
import { SourceReadError } from '../../domain/errors.js';
import { looseInteger } from '../../domain/loose-shapes.js';
import type { JsonCall, TokenSource } from '../../outbound/http-client/json-call.js';
import { type PartitionedItems, partitionItems } from '../../domain/partition-items.js';
import { createJsonClient, type JsonClient, type JsonWorld } from '../../outbound/http-client/json-client.js';
import { steadyClient } from '../../outbound/http-client/steady-client.js';
import { classifyAnswer, DingtalkShapeError, SHARED_LIMIT, TOKEN_API } from './classify-answer.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import {
  childrenList,
  departmentReading,
  dingtalkDepartment,
  type DingtalkDepartment,
  type DingtalkMember,
  dingtalkUser,
  type DingtalkUser,
  leavePage,
  memberPage,
  memberReading,
  scopesAnswer,
} from './dingtalk-shapes.js';

/** The scope of an app. */
export interface DingtalkScope {
  readonly departments: readonly string[];
  /** People who are named individually. */
  readonly users: readonly string[];
}

/**
 * The calls of DingTalk's directory that a sync needs. Only the old host (`topapi/v2`) lists departments and members.
 */
export interface DingtalkApi {
  scope(): Promise<DingtalkScope>;
  countUsers(): Promise<number>;
  /** Only the next level, without order and managers. */
  children(departmentId: string): Promise<PartitionedItems<DingtalkDepartment>>;
  department(id: string): Promise<DingtalkDepartment>;
  /** The people in the department itself, all pages. */
  members(departmentId: string): Promise<PartitionedItems<DingtalkMember>>;
  user(id: string): Promise<DingtalkUser>;
  /** The ids of people who left since the given time. */
  leavers(since: Date): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The largest page of `user/list`. */
export const MAX_PAGE = 100;
/** A limit that no department reaches. */
const MAX_PAGES = 10_000;

const OLD_HOST = 'https://oapi.dingtalk.com';
/** The host that issues tokens, has leave records, and opens Stream connections. */
export const NEW_HOST = 'https://api.dingtalk.com';
const DEFAULT_CALLS_PER_SECOND = 20;

/** Opens the API of a source; the caller must close it. */
export function openDingtalkApi(world: JsonWorld, config: DingtalkConfig, signal: AbortSignal): DingtalkApi {
  const clients = openClients(world, config, signal);
  const post = async <Shape extends z.ZodType>(api: string, path: string, body: object, shape: Shape) => {
    const answer = await clients.old.call({ api, method: 'POST', path, body });
    return parse(api, shape, (answer.body as { readonly result?: unknown }).result);
  };
  return {
    scope: async () => {
      const { body } = await clients.old.call({ api: 'auth/scopes', path: '/auth/scopes' });
      const { authed_dept: departments, authed_user: users } = parse('auth/scopes', scopesAnswer, body).auth_org_scopes;
      return { departments: departments ?? [], users: users ?? [] };
    },
    countUsers: async () =>
      (await post('user/count', '/topapi/user/count', { only_active: false }, z.looseObject({ count: looseInteger })))
        .count,
    children: async (id) => {
      const body = { dept_id: numeric(id) };
      const list = await post('department/listsub', '/topapi/v2/department/listsub', body, childrenList);
      return partitionItems(list, departmentReading);
    },
    department: (id) =>
      post('department/get', '/topapi/v2/department/get', { dept_id: numeric(id) }, dingtalkDepartment),
    members: async (id) => {
      const ask = (cursor: number) => {
        const body = { dept_id: numeric(id), cursor, size: MAX_PAGE };
        return post('user/list', '/topapi/v2/user/list', body, memberPage);
      };
      return partitionItems(await readPages(ask), memberReading);
    },
    user: (userid) => post('user/get', '/topapi/v2/user/get', { userid }, dingtalkUser),
    leavers: (since) => readLeavers(clients.new, since),
    close: async () => {
      await Promise.all([clients.old.close(), clients.new.close()]);
    },
  };
}

interface Clients {
  /** `topapi/v2`: the token is in the query. */
  readonly old: JsonClient;
  /** `v1.0`: the token is in a header. */
  readonly new: JsonClient;
}

function openClients(world: JsonWorld, config: DingtalkConfig, signal: AbortSignal): Clients {
  const { callsPerSecond = DEFAULT_CALLS_PER_SECOND } = config;
  const rates = () => [{ key: SHARED_LIMIT, max: callsPerSecond, windowMs: 1_000 }];
  const common = { ...identityOf(config), signal, rates, classify: classifyAnswer };
  const token = (put: TokenSource['put']): TokenSource => ({
    credential: common.credential,
    fetch: () => fetchToken(world, config),
    put,
  });
  const open = (baseUrl: string, put: TokenSource['put']) =>
    steadyClient(createJsonClient(world, { ...common, baseUrl, token: token(put) }));
  return {
    old: open(config.baseUrl ?? OLD_HOST, (call, value) => ({
      ...call,
      query: { ...call.query, access_token: value },
    })),
    new: open(config.newBaseUrl ?? NEW_HOST, (call, value) => ({
      ...call,
      headers: { ...call.headers, 'x-acs-dingtalk-access-token': value },
    })),
  };
}

/** The identity of the caller: limits and tokens belong to it. */
export function identityOf({ appKey, appSecret, ca }: DingtalkConfig) {
  const trust = ca === undefined ? {} : { ca };
  return { provider: 'dingtalk', credential: `${appKey}:${appSecret}`, secrets: [appSecret], ...trust };
}

const tokenAnswer = z.looseObject({ accessToken: z.string().min(1), expireIn: z.number().positive() });

/**
 * One token is valid for both hosts. Other reads may wait for it, so the request does not end with the read that
 * started it.
 */
async function fetchToken(world: JsonWorld, config: DingtalkConfig) {
  const { appKey, appSecret, newBaseUrl: baseUrl = NEW_HOST } = config;
  const { signal } = new AbortController();
  const client = createJsonClient(world, { ...identityOf(config), baseUrl, classify: classifyAnswer, signal });
  try {
    const body = { appKey, appSecret };
    const answer = await client.call({ api: TOKEN_API, method: 'POST', path: '/v1.0/oauth2/accessToken', body });
    const { accessToken, expireIn } = parse('token', tokenAnswer, answer.body);
    return { token: accessToken, expiresInMs: expireIn * 1_000 };
  } finally {
    await client.close();
  }
}

/** R30: the list of a department ends only where `has_more` is false; then the cursor has no meaning. */
async function readPages(ask: (cursor: number) => Promise<z.infer<typeof memberPage>>): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let cursor = 0;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await ask(cursor);
    found.push(...(page.list ?? []));
    if (!page.has_more) return found;
    const next = page.next_cursor ?? 0;
    if (next <= cursor) throw new SourceReadError('user/list reports more people, but its cursor does not advance.');
    cursor = next;
  }
  throw new SourceReadError(`user/list has more than ${MAX_PAGES} pages.`, { retry: false });
}

async function readLeavers(client: JsonClient, since: Date): Promise<readonly string[]> {
  const found = new Set<string>();
  const startTime = since.toISOString().replace(/\.\d{3}Z$/, 'Z');
  let nextToken: string | undefined = '0';
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const query = { startTime, maxResults: 50, nextToken };
    const call: JsonCall = { api: 'empLeaveRecords', path: '/v1.0/contact/empLeaveRecords', query };
    const page = parse(call.api, leavePage, (await client.call(call)).body);
    for (const { userId } of page.records ?? []) if (userId) found.add(userId);
    const next = page.nextToken === undefined || page.nextToken === null ? '' : String(page.nextToken);
    if (next === '' || next === '0' || next === nextToken) return [...found];
    nextToken = next;
  }
  return [...found];
}

function parse<Shape extends z.ZodType>(api: string, shape: Shape, body: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DingtalkShapeError(
    `The answer of ${api} does not match its documentation: ${issue?.path.join('.')} ${issue?.message}.`,
  );
}

/** Ids are numbers in the answers; an id too long for a number is a text. */
function numeric(id: string): number | string {
  return Number.isSafeInteger(Number(id)) ? Number(id) : id;
}
