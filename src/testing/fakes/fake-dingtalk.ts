import { CallLimiter } from '../call-limit.js';
import { DingtalkCompany, type DingtalkDepartment } from './dingtalk-company.js';
import {
  dingtalkDepartmentShape,
  dingtalkMemberShape,
  dingtalkSubShape,
  dingtalkUserShape,
} from './dingtalk-shapes.js';
import { FakeDingtalkGateway } from './fake-dingtalk-gateway.js';
import type { FakeAnswer } from './fake-http.js';
import { type FakeCall, FakeHttpApi, type FakeTls } from './fake-http-api.js';

/** How a fake DingTalk differs from an ordinary one. */
export interface FakeDingtalkOptions {
  /** What limits are counted by; without it there are none. */
  readonly now?: () => number;
  /** Speaks https where given. */
  readonly tls?: FakeTls;
  /** Calls of all APIs together in a second: 20 for the standard edition. */
  readonly callsPerSecond?: number;
  /** Refused tokens come as error 88 with a sub code, or as their own code. */
  readonly wrapsErrors?: boolean;
  /** Has a Stream gateway too. */
  readonly stream?: boolean;
}

/** The app's credential in every fake. */
export const DINGTALK_APP = { appKey: 'dingfakeappkey01', appSecret: 'fake-dingtalk-secret' } as const;

const NAMES: Readonly<Record<string, string>> = {
  '/v1.0/oauth2/accessToken': 'token',
  '/auth/scopes': 'auth/scopes',
  '/topapi/user/count': 'user/count',
  '/topapi/v2/department/listsub': 'department/listsub',
  '/topapi/v2/department/get': 'department/get',
  '/topapi/v2/user/list': 'user/list',
  '/topapi/v2/user/get': 'user/get',
  '/v1.0/contact/empLeaveRecords': 'empLeaveRecords',
  '/v1.0/gateway/connections/open': 'gateway/connections/open',
};

const RIGHT_OF: Readonly<Record<string, string>> = {
  'department/listsub': 'qyapi_get_department_list',
  'department/get': 'qyapi_get_department_list',
  'user/list': 'qyapi_get_department_member',
  'user/get': 'qyapi_get_member',
  'user/count': 'qyapi_get_member',
};

/**
 * DingTalk's directory as its documents describe it, old host and new one at the same address: access token,
 * topapi/v2 departments and users, auth/scopes, leave records. Errors come with status 200, as there.
 */
export class FakeDingtalk {
  readonly company = new DingtalkCompany();
  /** Most people of a page, whatever is asked for: a server may give fewer than it is asked for. */
  pageSize = Infinity;
  api!: FakeHttpApi;
  /** Only with `stream`. */
  gateway!: FakeDingtalkGateway;
  private readonly limiter: CallLimiter;
  private tokens = 0;
  private liveToken: string | null = null;

  private constructor(private readonly options: FakeDingtalkOptions) {
    const limits = [{ max: options.callsPerSecond ?? 20, windowMs: 1_000 }];
    this.limiter = new CallLimiter(options.now ?? (() => 0), options.now ? limits : []);
  }

  static async start(options: FakeDingtalkOptions = {}): Promise<FakeDingtalk> {
    const fake = new FakeDingtalk(options);
    const answer = (call: FakeCall) => fake.answer(call);
    fake.api = await FakeHttpApi.start({ nameOf: ({ path }) => NAMES[path] ?? 'unknown', answer }, options.tls);
    if (options.stream) fake.gateway = await FakeDingtalkGateway.start({ tls: options.tls });
    return fake;
  }

  /** The token in use is no longer good, long before its time. */
  killToken(): void {
    this.liveToken = null;
  }

  /** The list of departments below one, as it is while one of them moves. */
  answerWithout(call: FakeCall, departmentId: string): FakeAnswer {
    const { dept_id: id } = call.body as { dept_id: number };
    const rest = this.company.children(id).filter((one) => String(one.id) !== departmentId);
    return result(rest.map(dingtalkSubShape));
  }

  async close(): Promise<void> {
    if (this.options.stream) await this.gateway.close();
    await this.api.close();
  }

  private answer(call: FakeCall): FakeAnswer {
    if (call.api === 'token') return this.issueToken(call);
    if (call.api === 'gateway/connections/open') return this.openGateway(call);
    if (call.path.startsWith('/v1.0/')) return this.newApi(call);
    return this.refusal(call) ?? this.oldApi(call);
  }

  private openGateway({ body }: FakeCall): FakeAnswer {
    if (this.options.stream) return this.gateway.open(body, DINGTALK_APP);
    return { status: 403, json: { code: 'Forbidden.StreamNotEnabled', message: 'stream mode is not enabled' } };
  }

  private refusal(call: FakeCall): FakeAnswer | null {
    if (call.query.get('access_token') !== this.liveToken) return this.wrapped(40014, '不合法的access_token');
    if (this.limiter.take('all') !== null) return this.wrapped(90018, '应用触发了全局QPS限流');
    const right = RIGHT_OF[call.api];
    return right !== undefined && !this.company.rights.has(right) ? missingRight(right) : null;
  }

  private oldApi(call: FakeCall): FakeAnswer {
    const body = (call.body ?? {}) as Record<string, unknown>;
    switch (call.api) {
      case 'auth/scopes':
        return this.scopes();
      case 'user/count':
        return result({ count: this.company.users.size });
      case 'department/listsub':
        return this.listSub(body);
      case 'department/get':
        return this.getDepartment(body);
      case 'user/list':
        return this.listUsers(body);
      case 'user/get':
        return this.getUser(body);
      default:
        return failure(22, '不合法ApiName');
    }
  }

  private issueToken({ body }: FakeCall): FakeAnswer {
    const { appKey, appSecret } = (body ?? {}) as Record<string, unknown>;
    if (appKey !== DINGTALK_APP.appKey || appSecret !== DINGTALK_APP.appSecret) {
      return { status: 400, json: { code: 'invalidClientIdOrSecret', message: '无效的clientId或者clientSecret' } };
    }
    this.liveToken ??= `fake-dingtalk-token-${++this.tokens}`;
    return { json: { accessToken: this.liveToken, expireIn: 7_200 } };
  }

  /** The new host: header token, HTTP errors, `code` as text. */
  private newApi(call: FakeCall): FakeAnswer {
    if (call.headers['x-acs-dingtalk-access-token'] !== this.liveToken) {
      return { status: 401, json: { code: 'InvalidAuthentication', message: '不合法的access_token' } };
    }
    if (this.limiter.take('all') !== null) {
      return { status: 429, json: { code: 'Throttling', message: 'Request was denied due to request throttling.' } };
    }
    if (call.api !== 'empLeaveRecords') return { status: 404, json: { code: 'InvalidAction.NotFound', message: '' } };
    if (!this.company.rights.has('Contact.User.Read')) {
      const message = '应用尚未开通所需的权限：[Contact.User.Read]';
      return { status: 403, json: { code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied', message } };
    }
    return this.leaveRecords(call.query);
  }

  private leaveRecords(query: URLSearchParams): FakeAnswer {
    const from = query.get('startTime') ?? '';
    const to = query.get('endTime') ?? '9999';
    const size = Number(query.get('maxResults') ?? 50);
    const start = Number(query.get('nextToken') || '0');
    const found = this.company.leavers.filter(({ leaveTime }) => leaveTime >= from && leaveTime <= to);
    const next = start + size < found.length ? { nextToken: String(start + size) } : {};
    return { json: { records: found.slice(start, start + size), ...next } };
  }

  private scopes(): FakeAnswer {
    const { departments, users } = this.company.scope;
    const scopes = { authed_dept: departments, authed_user: users };
    const body = { errcode: 0, errmsg: 'ok', auth_user_field: ['name'], condition_field: [], auth_org_scopes: scopes };
    return { json: body };
  }

  private listSub({ dept_id: id = 1 }: Record<string, unknown>): FakeAnswer {
    return this.inDepartment(id, (found) => result(this.company.children(found.id).map(dingtalkSubShape)));
  }

  private getDepartment({ dept_id: id }: Record<string, unknown>): FakeAnswer {
    return this.inDepartment(id, (found) => result(dingtalkDepartmentShape(found)));
  }

  private listUsers({ dept_id: id, cursor, size }: Record<string, unknown>): FakeAnswer {
    if (!Number.isInteger(cursor) || !Number.isInteger(size)) return failure(400002, '无效的参数');
    const [start, asked] = [Number(cursor), Number(size)];
    if (start < 0 || asked < 1 || asked > 100) return failure(400002, '无效的参数');
    const count = Math.min(asked, this.pageSize);
    return this.inDepartment(id, (found) => {
      const all = this.company.directMembers(found.id);
      const list = all.slice(start, start + count).map((user) => dingtalkMemberShape(this.company, user, found.id));
      const more = start + count < all.length;
      // Without more, the cursor means nothing: a client that follows it starts again and never ends.
      return result({ has_more: more, next_cursor: more ? start + count : 0, list });
    });
  }

  private getUser({ userid }: Record<string, unknown>): FakeAnswer {
    const user = this.company.users.get(String(userid));
    if (!user) return this.wrapped(60121, '找不到该用户');
    if (!this.company.seesUser(user)) return this.wrapped(50002, '企业员工不在授权范围');
    return result(dingtalkUserShape(this.company, user));
  }

  private inDepartment(id: unknown, answer: (found: DingtalkDepartment) => FakeAnswer): FakeAnswer {
    const found = this.company.departments.get(Number(id));
    if (!found) return failure(60003, '部门不存在');
    if (!this.company.seesDepartment(found.id)) return failure(50004, '请求的部门id不在授权范围内');
    return answer(found);
  }

  /** Many errors come as 88, their own code in `sub_code`. */
  private wrapped(code: number, message: string): FakeAnswer {
    if (this.options.wrapsErrors === false) return failure(code, message);
    const errmsg = `ding talk error[subcode=${code},submsg=${message}]`;
    return { json: { errcode: 88, errmsg, sub_code: String(code), sub_msg: message, request_id: 'fake' } };
  }
}

const result = (value: unknown): FakeAnswer => ({
  json: { errcode: 0, errmsg: 'ok', result: value, request_id: 'fake' },
});

const failure = (errcode: number, errmsg: string): FakeAnswer => ({ json: { errcode, errmsg, request_id: 'fake' } });

function missingRight(right: string): FakeAnswer {
  const message = `应用尚未开通所需的权限：[${right}]，点击链接申请并开通即可`;
  const body = {
    errcode: 88,
    sub_code: '60011',
    sub_msg: message,
    errmsg: `ding talk error[subcode=60011,submsg=${message}]`,
  };
  return { json: body };
}
