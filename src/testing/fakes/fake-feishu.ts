import { CallLimiter } from '../call-limit.js';
import type { FakeAnswer } from './fake-http.js';
import { type FakeCall, FakeHttpApi, type FakeTls } from './fake-http-api.js';
import { feishuDepartmentShape, feishuUserShape, idOf, type UserIdType } from './feishu-shapes.js';
import { FeishuTenant } from './feishu-tenant.js';

/** How a fake Feishu differs from an ordinary one. */
export interface FakeFeishuOptions {
  /** What limits are counted by; without it there are none. */
  readonly now?: () => number;
  /** Speaks https where given. */
  readonly tls?: FakeTls;
  /** Newer APIs answer 429 to too many calls, older ones 400. */
  readonly throttleStatus?: 429 | 400;
}

/** How a fake differs from call to call. */
interface Paging {
  /** Most items of a page, whatever is asked for: a server may give fewer than it is asked for. */
  pageSize: number;
}

/** The app's credential in every fake. */
export const FEISHU_APP = { appId: 'cli_fake00000001', appSecret: 'fake-feishu-secret' } as const;

/** 1000 calls a minute and 50 a second, per app and API (document "frequency control"). */
const LIMITS = [
  { max: 50, windowMs: 1_000 },
  { max: 1_000, windowMs: 60_000 },
];

const CONTACT = '/open-apis/contact/v3/';

/**
 * Feishu's (Lark's) contact API as its documents describe it: tenant token, departments/children, departments/batch,
 * departments/{id}, users/find_by_department, users/batch, users/{id}, scopes. Paging, rights, scope and limits are real.
 */
export class FakeFeishu {
  readonly tenant = new FeishuTenant();
  private readonly limiter: CallLimiter;
  private tokens = 0;
  private liveToken: string | null = null;

  private constructor(private readonly options: FakeFeishuOptions) {
    this.limiter = new CallLimiter(options.now ?? (() => 0), options.now ? LIMITS : []);
  }

  api!: FakeHttpApi;
  readonly paging: Paging = { pageSize: Infinity };

  static async start(options: FakeFeishuOptions = {}): Promise<FakeFeishu> {
    const fake = new FakeFeishu(options);
    fake.api = await FakeHttpApi.start(
      { nameOf: ({ path }) => nameOf(path), answer: (call) => fake.answer(call) },
      options.tls,
    );
    return fake;
  }

  /** The token in use is no longer good, long before its time. */
  killToken(): void {
    this.liveToken = null;
  }

  /** The list of departments below one, as it is while one of them moves. */
  answerWithout(call: FakeCall, departmentId: string): FakeAnswer {
    const id = decodeURIComponent(/\/departments\/([^/]+)/.exec(call.path)?.[1] ?? '');
    const found = this.tenant.below(id, call.query.get('fetch_child') === 'true');
    const rest = found.filter((one) => one.id !== departmentId);
    return page(call, rest, { max: 50, ...this.paging }, (part) => ({
      items: part.map((one) => this.shape(one, call)),
    }));
  }

  close(): Promise<void> {
    return this.api.close();
  }

  private answer(call: FakeCall): FakeAnswer {
    if (call.api === 'token') return this.issueToken(call);
    const token = /^Bearer (.+)$/.exec(String(call.headers.authorization ?? ''))?.[1];
    if (token === undefined) return failure(99991661, 'Missing access token for authorization.');
    if (token !== this.liveToken) return failure(99991663, 'Invalid access token for authorization.');
    const waitMs = this.limiter.take(call.api);
    if (waitMs !== null) return this.throttled(waitMs);
    if (!this.tenant.rights.has('contact:contact.base:readonly')) return missingRight('contact:contact.base:readonly');
    if (idTypeOf(call) === 'user_id' && !this.tenant.rights.has('contact:user.employee_id:readonly')) {
      return missingRight('contact:user.employee_id:readonly');
    }
    return this.contact(call);
  }

  private issueToken({ body }: FakeCall): FakeAnswer {
    const { app_id: id, app_secret: secret } = (body ?? {}) as Record<string, unknown>;
    if (id !== FEISHU_APP.appId) return { json: { code: 10003, msg: 'invalid param' } };
    if (secret !== FEISHU_APP.appSecret) return { json: { code: 10014, msg: 'app secret invalid' } };
    this.liveToken ??= `t-fake-token-${++this.tokens}`;
    return { json: { code: 0, msg: 'ok', tenant_access_token: this.liveToken, expire: 7_200 } };
  }

  private throttled(waitMs: number): FakeAnswer {
    const headers = {
      'x-ogw-ratelimit-limit': '50',
      'x-ogw-ratelimit-reset': String(Math.ceil(waitMs / 1_000)),
    };
    const body = { code: 99991400, msg: 'request trigger frequency limit' };
    return { status: this.options.throttleStatus ?? 429, headers, json: body };
  }

  private contact(call: FakeCall): FakeAnswer {
    const id = decodeURIComponent(/\/(?:departments|users)\/([^/]+)/.exec(call.path)?.[1] ?? '');
    switch (call.api) {
      case 'scopes':
        return this.scopes(call);
      case 'departments/children':
        return this.children(call, id);
      case 'departments/get':
        return this.department(call, id);
      case 'departments/batch':
        return this.departments(call);
      case 'users/find_by_department':
        return this.members(call);
      case 'users/get':
        return this.user(call, id);
      case 'users/batch':
        return this.people(call);
      default:
        return { status: 404, json: '404 page not found' };
    }
  }

  private scopes(call: FakeCall): FakeAnswer {
    const { scope } = this.tenant;
    const all = {
      departments: this.tenant.below('0', false).map((one) => one.id),
      users: this.tenant.directMembers('0').map((user) => user.userId),
    };
    const { departments, users } = scope === 'all' ? all : scope;
    const rows = [
      ...departments.map((id) => ({ department: id })),
      ...users.flatMap((id) => this.tenant.users.get(id) ?? []).map((user) => ({ user: idOf(user, idTypeOf(call)) })),
    ];
    return page(call, rows, { max: 100, ...this.paging }, (part) => ({
      department_ids: part.flatMap((row) => ('department' in row ? [row.department] : [])),
      user_ids: part.flatMap((row) => ('user' in row ? [row.user] : [])),
      group_ids: [],
    }));
  }

  private children(call: FakeCall, id: string): FakeAnswer {
    if (id === '0' ? this.tenant.scope !== 'all' : !this.tenant.seesDepartment(id)) return noDepartmentAuthority();
    if (id !== '0' && !this.tenant.departments.has(id)) return noSuchDepartment();
    const found = this.tenant.below(id, call.query.get('fetch_child') === 'true');
    return page(call, found, { max: 50, ...this.paging }, (part) => ({
      items: part.map((one) => this.shape(one, call)),
    }));
  }

  private shape(one: Parameters<typeof feishuDepartmentShape>[1], call: FakeCall): Record<string, unknown> {
    return feishuDepartmentShape(this.tenant, one, idTypeOf(call));
  }

  private department(call: FakeCall, id: string): FakeAnswer {
    const found = this.tenant.departments.get(id);
    if (!found) return noSuchDepartment();
    if (!this.tenant.seesDepartment(id)) return noDepartmentAuthority();
    return { json: { code: 0, msg: 'success', data: { department: this.shape(found, call) } } };
  }

  private departments(call: FakeCall): FakeAnswer {
    const ids = call.query.getAll('department_ids');
    if (ids.length === 0 || ids.length > 50) return failure(40001, 'param error: department_ids');
    const found = ids.flatMap((id) => this.tenant.departments.get(id) ?? []);
    const seen = found.filter((one) => this.tenant.seesDepartment(one.id));
    return { json: { code: 0, msg: 'success', data: { items: seen.map((one) => this.shape(one, call)) } } };
  }

  private members(call: FakeCall): FakeAnswer {
    const id = call.query.get('department_id') ?? '';
    if (id === '0' ? this.tenant.scope !== 'all' : !this.tenant.seesDepartment(id)) return noDepartmentAuthority();
    if (id !== '0' && !this.tenant.departments.has(id)) return noSuchDepartment();
    return page(call, this.tenant.directMembers(id), { max: 50, ...this.paging }, (part) => ({
      items: part.map((user) => feishuUserShape(this.tenant, user, idTypeOf(call))),
    }));
  }

  private user(call: FakeCall, id: string): FakeAnswer {
    const found = this.findUser(id, idTypeOf(call));
    if (!found) return failure(41050, 'no user authority error');
    if (!this.tenant.seesUser(found)) return failure(41050, 'no user authority error');
    const user = feishuUserShape(this.tenant, found, idTypeOf(call));
    return { json: { code: 0, msg: 'success', data: { user } } };
  }

  private people(call: FakeCall): FakeAnswer {
    const ids = call.query.getAll('user_ids');
    if (ids.length === 0 || ids.length > 50) return failure(40001, 'param error: user_ids');
    const found = ids.flatMap((id) => this.findUser(id, idTypeOf(call)) ?? []);
    const items = found
      .filter((user) => this.tenant.seesUser(user))
      .map((user) => feishuUserShape(this.tenant, user, idTypeOf(call)));
    return { json: { code: 0, msg: 'success', data: { items } } };
  }

  private findUser(id: string, idType: UserIdType) {
    return [...this.tenant.users.values()].find((user) => idOf(user, idType) === id);
  }
}

/** Pages as contact v3 does: opaque tokens that fit one query only; the last page still carries a meaningless one. */
function page<T>(
  call: FakeCall,
  rows: readonly T[],
  { max, pageSize }: { readonly max: number; readonly pageSize: number },
  render: (part: readonly T[]) => Record<string, unknown>,
): FakeAnswer {
  const asked = Number(call.query.get('page_size') ?? 10);
  if (!Number.isInteger(asked) || asked < 1 || asked > max) return failure(40011, 'page size is invalid');
  const size = Math.min(asked, pageSize);
  const given = call.query.get('page_token') ?? '';
  const start = given === '' ? 0 : tokenStart(given, call);
  if (start === null) return failure(40012, 'page token is invalid error');
  const more = start + size < rows.length;
  const data = {
    has_more: more,
    page_token: more ? pageToken(start + size, call) : 'meaningless',
    ...render(rows.slice(start, start + size)),
  };
  return { json: { code: 0, msg: 'success', data } };
}

const pageToken = (start: number, call: FakeCall): string =>
  Buffer.from(JSON.stringify([start, call.path, call.query.get('department_id')])).toString('base64url');

function tokenStart(token: string, call: FakeCall): number | null {
  try {
    const [start, path, department] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    return path === call.path && department === call.query.get('department_id') ? Number(start) : null;
  } catch {
    return null;
  }
}

function nameOf(path: string): string {
  if (path === '/open-apis/auth/v3/tenant_access_token/internal') return 'token';
  if (!path.startsWith(CONTACT)) return 'unknown';
  const rest = path.slice(CONTACT.length);
  if (/^departments\/[^/]+\/children$/.test(rest)) return 'departments/children';
  if (/^(scopes|departments\/batch|users\/batch|users\/find_by_department)$/.test(rest)) return rest;
  if (/^departments\/[^/]+$/.test(rest)) return 'departments/get';
  return /^users\/[^/]+$/.test(rest) ? 'users/get' : 'unknown';
}

const idTypeOf = (call: FakeCall): UserIdType => (call.query.get('user_id_type') ?? 'open_id') as UserIdType;

const failure = (code: number, msg: string, more: object = {}, status = 400): FakeAnswer => ({
  status,
  json: { code, msg, ...more },
});

const noDepartmentAuthority = () => failure(40004, 'no dept authority error', {}, 403);
const noSuchDepartment = () => failure(40008, 'dept Info is null error');

const missingRight = (right: string): FakeAnswer =>
  failure(99991672, `Access denied. One of the following scopes is required: [${right}].`, {
    error: { permission_violations: [{ type: 'action_scope_required', subject: right }], log_id: 'fake-log' },
  });
