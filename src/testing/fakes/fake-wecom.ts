import { createCipheriv, createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.js';

/** A member as the fake keeps it: the documented fields that matter to a sync. */
export interface FakeMember {
  userid: string;
  name: string;
  department: number[];
  order?: number[];
  is_leader_in_dept?: number[];
  direct_leader?: string[];
  main_department?: number;
  status?: number;
  position?: string;
  mobile?: string;
  email?: string;
  biz_mail?: string;
  extattr?: unknown;
}

/** A department as the fake keeps it. */
export interface FakeDepartment {
  id: number;
  name: string;
  parentid: number;
  order: number;
  department_leader?: string[];
}

/** What goes wrong at the fake, and when. */
export interface FakeFaults {
  /** Every issued token is dead after so many more calls; once. */
  killTokensAfterCalls?: number;
  /** This API answers so, so many times. */
  readonly answers: { api: string; answer: FakeAnswer; times: number }[];
  /** Says each right answer in another way. */
  respell?: (json: unknown) => unknown;
  /** Asked before each answer. */
  onCall?: (api: string, calls: number) => void | Promise<void>;
}

/** How the corp is set up. */
export interface FakeWecomOptions {
  readonly clock?: { now(): number };
  /** Departments whose subtrees the app may see; default all. */
  readonly scope?: readonly number[];
  /** The caller's IP was added after 2022-08-15: contacts sync reads ids only. Default true. */
  readonly newIp?: boolean;
  /** The app was made after 2022-06-20: no addresses. Default false. */
  readonly newApp?: boolean;
  /** The app does not know the caller's IP. */
  readonly ipRefused?: boolean;
  /** Calls a minute of one API, default 10,000. */
  readonly perMinute?: number;
  /** Rows of a page of user/list_id, whatever is asked for. */
  readonly idPageSize?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A corp of WeCom on this machine, made of the documents (path/90313 and the pages of each call). */
export interface FakeWecom extends FakeHttp {
  readonly corpId: string;
  readonly appSecret: string;
  readonly contactSecret: string;
  readonly callback: { readonly token: string; readonly aesKey: string };
  readonly members: Map<string, FakeMember>;
  readonly departments: Map<number, FakeDepartment>;
  readonly faults: FakeFaults;
  /** Calls by API since the last `forgetCalls`. */
  readonly calls: Map<string, number>;
  /** Calls that were refused because they were too many. */
  refusals: number;
  forgetCalls(): void;
  /** The request that WeCom sends for an event, as of now or another second. */
  event(xml: string, timestampS?: number): { readonly query: string; readonly body: string };
  /** The request that tries the address. */
  trial(text: string, timestampS?: number): { readonly query: string };
}

interface Caller {
  readonly isApp: boolean;
  readonly secret: string;
}

interface VendorCrypto {
  encrypt(aesKey: string, message: string, id: string): string;
  getSignature(token: string, timestamp: number, nonce: string, sealed: string): string;
}

/** Starts a corp with an empty root department. */
export async function startFakeWecom(options: FakeWecomOptions = {}): Promise<FakeWecom> {
  const corp = new Corp(options);
  const http = await startFakeHttp((request) => corp.answer(request), options.tls);
  corp.baseUrl = http.baseUrl;
  return Object.assign(corp, http);
}

class Corp {
  baseUrl = '';
  readonly corpId = 'ww0123456789abcdef';
  readonly appSecret = 'app-secret-of-the-fake-corp';
  readonly contactSecret = 'contact-secret-of-the-fake-corp';
  readonly callback = { token: 'QDG6eK', aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C' };
  readonly members = new Map<string, FakeMember>();
  readonly departments = new Map<number, FakeDepartment>([[1, { id: 1, name: 'Acme', parentid: 0, order: 0 }]]);
  readonly faults: FakeFaults = { answers: [] };
  readonly calls = new Map<string, number>();
  refusals = 0;
  private readonly tokens = new Map<string, { secret: string; untilMs: number }>();
  private readonly windows = new Map<string, number[]>();
  private readonly blocked = new Map<string, number>();
  private readonly jobs = new Map<string, { api: string; aesKey: string; polls: number; secret: string }>();
  private readonly vendor = createRequire(import.meta.url)('@wecom/crypto') as VendorCrypto;

  constructor(private readonly options: FakeWecomOptions) {}

  forgetCalls(): void {
    this.calls.clear();
    this.refusals = 0;
  }

  event(xml: string, timestampS = this.nowS()) {
    const sealed = this.vendor.encrypt(this.callback.aesKey, xml, this.corpId);
    const query = this.signed(sealed, timestampS).toString();
    const body = `<xml><ToUserName><![CDATA[${this.corpId}]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`;
    return { query, body };
  }

  trial(text: string, timestampS = this.nowS()) {
    const sealed = this.vendor.encrypt(this.callback.aesKey, text, this.corpId);
    const query = this.signed(sealed, timestampS);
    query.set('echostr', sealed);
    return { query: query.toString() };
  }

  async answer(request: FakeRequest): Promise<FakeAnswer> {
    const api = request.path.replace('/cgi-bin/', '');
    if (api.startsWith('/files/')) return this.file(api);
    const calls = (this.calls.get(api) ?? 0) + 1;
    this.calls.set(api, calls);
    await this.faults.onCall?.(api, calls);
    const fault = this.faults.answers.find((one) => one.api === api && one.times > 0);
    if (fault) {
      fault.times -= 1;
      return fault.answer;
    }
    const answer = this.overLimit(api) ?? (api === 'gettoken' ? this.issue(request) : this.serve(api, request));
    const { respell } = this.faults;
    return respell && typeof answer === 'object' && 'json' in answer
      ? { ...answer, json: respell(answer.json) }
      : answer;
  }

  private nowMs(): number {
    return (this.options.clock ?? Date).now();
  }

  private nowS(): number {
    return Math.floor(this.nowMs() / 1_000);
  }

  private signed(sealed: string, timestamp: number): URLSearchParams {
    const nonce = '1372623149';
    const signature = this.vendor.getSignature(this.callback.token, timestamp, nonce, sealed);
    return new URLSearchParams({ msg_signature: signature, timestamp: String(timestamp), nonce });
  }

  /** Counters that begin with the first call; over one, the API is blocked for the corp (path/90454). */
  private overLimit(api: string): FakeAnswer | null {
    const now = this.nowMs();
    const limits = [
      { windowMs: 60_000, max: this.options.perMinute ?? 10_000, blockMs: 60_000 },
      { windowMs: 3_600_000, max: 150_000, blockMs: 3_600_000 },
    ];
    const isOver = limits.some((limit) => this.countIn(api, limit, now));
    if (!isOver && (this.blocked.get(api) ?? 0) <= now) return null;
    this.refusals += 1;
    return error(45009, 'api freq out of limit');
  }

  /** @returns whether this call was one too many; then the API is blocked for a while. */
  private countIn(api: string, limit: { windowMs: number; max: number; blockMs: number }, now: number): boolean {
    const key = `${api} ${limit.windowMs}`;
    const recent = (this.windows.get(key) ?? []).filter((at) => at > now - limit.windowMs);
    this.windows.set(key, [...recent, now]);
    if (recent.length < limit.max) return false;
    this.blocked.set(api, now + limit.blockMs);
    return true;
  }

  private issue({ query }: FakeRequest): FakeAnswer {
    const secret = query.get('corpsecret') ?? '';
    if (query.get('corpid') !== this.corpId) return error(40013, 'invalid corpid');
    if (secret !== this.appSecret && secret !== this.contactSecret) return error(40001, 'invalid credential');
    const token = `token-${randomUUID()}`;
    this.tokens.set(token, { secret, untilMs: this.nowMs() + 7_200_000 });
    return ok({ access_token: token, expires_in: 7_200 });
  }

  private serve(api: string, request: FakeRequest): FakeAnswer {
    if (this.faults.killTokensAfterCalls !== undefined && this.faults.killTokensAfterCalls-- <= 0) {
      this.tokens.clear();
      delete this.faults.killTokensAfterCalls;
    }
    const token = this.tokens.get(request.query.get('access_token') ?? '');
    if (!token) return error(40014, 'invalid access_token');
    if (token.untilMs <= this.nowMs()) return error(42001, 'access_token expired');
    const caller = { isApp: token.secret === this.appSecret, secret: token.secret };
    const read = this.handlers[api];
    return this.refused(api, caller) ?? read?.(request, caller) ?? error(40066, 'invalid url');
  }

  private refused(api: string, { isApp }: Caller): FakeAnswer | null {
    if (isApp && this.options.ipRefused) {
      return error(
        60020,
        'not allow to access from your ip, hint: [1700000000], from ip: 203.0.113.7, more info at ...',
      );
    }
    if (isApp) return api === 'user/list_id' ? error(48002, 'api forbidden') : null;
    const closed = ['department/list', 'department/get', 'user/list', 'user/get'].includes(api);
    if (!closed || !(this.options.newIp ?? true)) return null;
    return error(api.startsWith('user') ? 60011 : 48002, 'no privilege to access');
  }

  private readonly handlers: Readonly<Record<string, (request: FakeRequest, caller: Caller) => FakeAnswer>> = {
    'department/simplelist': (_, caller) =>
      ok({ department_id: this.seenBy(caller).map(({ id, parentid, order }) => ({ id, parentid, order })) }),
    'department/list': (_, caller) => ok({ department: this.seenBy(caller) }),
    'department/get': ({ query }, caller) =>
      this.pick(Number(query.get('id')), caller, (department) => ({ department })),
    'user/list': ({ query }, caller) =>
      this.pick(Number(query.get('department_id')), caller, ({ id }) => ({
        userlist: this.membersOf(id).map((member) => this.shown(member, caller.isApp)),
      })),
    'user/get': ({ query }, { isApp }) => this.oneMember(query.get('userid') ?? '', isApp),
    'user/list_id': ({ body }) => this.idPage(JSON.parse(body) as { cursor?: string; limit: number }),
    'export/user': ({ body }, { secret }) => this.beginJob('export/user', body, secret),
    'export/department': ({ body }, { secret }) => this.beginJob('export/department', body, secret),
    'export/get_result': ({ query }, { secret }) => this.jobResult(query.get('jobid') ?? '', secret),
  };

  private seenBy({ isApp }: Caller): FakeDepartment[] {
    return [...this.departments.values()].filter(({ id }) => !isApp || this.inScope(id));
  }

  private pick(id: number, caller: Caller, show: (found: FakeDepartment) => object): FakeAnswer {
    const found = this.seenBy(caller).find((one) => one.id === id);
    if (found) return ok(show(found));
    if (this.departments.has(id)) return error(60011, 'no privilege to access/modify contact/party/agent');
    return error(60123, 'invalid party id');
  }

  private oneMember(userid: string, isApp: boolean): FakeAnswer {
    const member = this.members.get(userid.toLowerCase());
    if (!member) return error(60111, 'userid not found');
    if (isApp && !member.department.some((id) => this.inScope(id))) return error(60011, 'no privilege to access');
    return ok(this.shown(member, isApp));
  }

  private inScope(id: number): boolean {
    const { scope } = this.options;
    if (!scope) return true;
    for (let at: number | undefined = id; at !== undefined && at !== 0; at = this.departments.get(at)?.parentid) {
      if (scope.includes(at)) return true;
    }
    return false;
  }

  /** The direct members only: fetch_child is gone from the documents. */
  private membersOf(id: number): FakeMember[] {
    return [...this.members.values()].filter(({ department }) => department.includes(id));
  }

  private shown(member: FakeMember, isApp: boolean): object {
    const { mobile, email, biz_mail: bizMail, ...rest } = member;
    return isApp && this.options.newApp ? rest : { ...rest, mobile, email, biz_mail: bizMail };
  }

  private idPage({ cursor, limit }: { cursor?: string; limit: number }): FakeAnswer {
    const rows = [...this.members.values()].flatMap(({ userid, department }) =>
      department.map((id) => ({ userid, department: id })),
    );
    const from = Number(cursor ?? 0);
    const to = from + Math.min(limit, this.options.idPageSize ?? 10_000);
    return ok({ dept_user: rows.slice(from, to), next_cursor: to < rows.length ? String(to) : '' });
  }

  private beginJob(api: string, body: string, secret: string): FakeAnswer {
    const { encoding_aeskey: aesKey } = JSON.parse(body) as { encoding_aeskey: string };
    const jobid = `job-${this.jobs.size + 1}`;
    this.jobs.set(jobid, { api, aesKey, polls: 0, secret });
    return ok({ jobid });
  }

  private jobResult(jobid: string, secret: string): FakeAnswer {
    const job = this.jobs.get(jobid);
    if (!job || job.secret !== secret) return error(301052, 'jobid not found');
    job.polls += 1;
    if (job.polls < 3) return ok({ status: job.polls - 1 });
    const bytes = this.exported(jobid);
    const md5 = createHash('md5').update(bytes).digest('hex');
    return ok({ status: 2, data_list: [{ url: `${this.baseUrl}/files/${jobid}`, size: bytes.length, md5 }] });
  }

  private file(path: string): FakeAnswer {
    const bytes = Buffer.from(this.exported(path.replace('/files/', '')));
    if (this.faults.answers.some(({ api, times }) => api === 'file' && times > 0)) bytes[0] = (bytes[0] ?? 0) ^ 1;
    return { bytes };
  }

  /** AES-256-CBC with a padding to 32 bytes, as path/94954 describes the file. */
  private exported(jobid: string): Buffer {
    const job = this.jobs.get(jobid);
    if (!job) return Buffer.alloc(0);
    const content =
      job.api === 'export/user'
        ? { userlist: [...this.members.values()] }
        : { department: [...this.departments.values()] };
    const key = Buffer.from(`${job.aesKey}=`, 'base64');
    const text = Buffer.from(JSON.stringify(content));
    const pad = 32 - (text.length % 32);
    const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
    return Buffer.concat([cipher.update(Buffer.concat([text, Buffer.alloc(pad, pad)])), cipher.final()]);
  }
}

const ok = (content: object): FakeAnswer => ({ json: { errcode: 0, errmsg: 'ok', ...content } });

/** Status 200 like every answer; the code stands in the body and in a header. */
const error = (errcode: number, errmsg: string): FakeAnswer => ({
  headers: { 'error-code': String(errcode) },
  json: { errcode, errmsg },
});
