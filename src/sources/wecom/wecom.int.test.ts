import { afterEach, describe, expect, test } from '@jest/globals';
import { SourceReadError, SyncError } from '../../domain/errors.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { memoryRateGovernor } from '../../outbound/http-client/rate-governor.js';
import { createTokenCache } from '../../outbound/http-client/token-cache.js';
import { createFastClock } from '../../testing/fast-clock.js';
import {
  type FakeMember,
  type FakeWecom,
  type FakeWecomOptions,
  startFakeWecom,
} from '../../testing/fakes/fake-wecom.js';
import { fillWecom } from '../../testing/fakes/wecom-company.js';
import type { Hint } from '../source-adapter.js';
import { wecomAdapter } from './wecom.adapter.js';

const running: FakeWecom[] = [];
afterEach(async () => {
  for (const corp of running.splice(0)) await corp.stop();
});

type Secrets = 'app' | 'contacts' | 'both';

/** A company, and how it is read with some of its secrets. */
async function corp(options: FakeWecomOptions & { readonly secrets?: Secrets; readonly config?: object } = {}) {
  const clock = createFastClock();
  const fake = await startFakeWecom({ clock, ...options });
  running.push(fake);
  const world = { governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock, allowHttp: true };
  const adapter = wecomAdapter(world);
  const { secrets = 'app' } = options;
  const config = adapter.configSchema.parse({
    ...{ corpId: fake.corpId, baseUrl: fake.baseUrl, callback: fake.callback },
    ...(secrets === 'contacts' ? {} : { appSecret: fake.appSecret }),
    ...(secrets === 'app' ? {} : { contactSecret: fake.contactSecret }),
    ...options.config,
  });
  const context = { sourceId: 's', config, signal: new AbortController().signal };
  const read = async (hints?: readonly Hint[]) => {
    const mode = hints ? 'delta' : 'full';
    const request = { taskId: 't', mode, since: null, resumeFrom: null, ...(hints ? { hints } : {}) } as const;
    const messages: SourceMessage<unknown>[] = [];
    for await (const message of adapter.read(request, context)) messages.push(message);
    return summary(messages);
  };
  return { fake, clock, adapter, context, read, check: () => adapter.check(context) };
}

function summary(messages: readonly SourceMessage<unknown>[]) {
  const recordsOf = (kind: string) =>
    Object.fromEntries(
      messages.flatMap((message) =>
        message.type === 'records' && message.kind === kind
          ? message.records.map(({ externalId, data }) => [String(externalId), data as Record<string, unknown>])
          : [],
      ),
    );
  const gone = messages.flatMap((message) => (message.type === 'tombstones' ? message.externalIds : []));
  const complete = messages.flatMap((message) => (message.type === 'complete' ? message.kind : []));
  const rejected = messages.flatMap((message) => (message.type === 'rejected' ? message.externalId : []));
  return { users: recordsOf('user'), departments: recordsOf('department'), gone, complete, rejected };
}

const person = (fake: FakeWecom, userid: string, more: Partial<FakeMember> = {}): void => {
  fake.members.set(userid.toLowerCase(), { userid, name: userid, department: [1], status: 1, ...more });
};

/**
 * Departments of a member of whom only ids can be read: the member's other data in them is unknown and stays unchanged.
 */
const placesOf = (...ids: readonly string[]) =>
  ids.map((uid) => ({ uid, isMain: null, isOwner: null, keepOrder: true }));

describe('what a record says', () => {
  test('a member of three departments is one record, with parallel lists read side by side', async () => {
    const { fake, read } = await corp();
    fake.departments.set(2, { id: 2, name: 'Sales', parentid: 1, order: 7 });
    fake.departments.set(3, { id: 3, name: 'Labs', parentid: 2, order: 0 });
    person(fake, 'ZhangSan', {
      department: [1, 2, 3],
      order: [5, 0, 9],
      is_leader_in_dept: [0, 1, 0],
      main_department: 3,
      direct_leader: ['LiSi', 'WangWu'],
      email: '',
      biz_mail: 'zs@corp.example',
      extattr: {
        attrs: [
          { type: 0, name: 'Badge', text: { value: '17' } },
          { type: 1, name: 'Page', web: { url: 'https://a.example' } },
        ],
      },
    });
    const { users, departments, rejected } = await read();
    expect(users).toEqual({
      zhangsan: {
        ...{ username: 'ZhangSan', nickname: 'ZhangSan', email: 'zs@corp.example', managerUid: 'lisi', active: true },
        departments: [
          { uid: '1', isMain: false, isOwner: false, order: -5 },
          { uid: '2', isMain: false, isOwner: true, order: 0 },
          { uid: '3', isMain: true, isOwner: false, order: -9 },
        ],
        attributes: { Badge: '17', Page: 'https://a.example' },
      },
    });
    expect(departments).toEqual({
      1: { title: 'Acme', parentUid: null, order: 0 },
      2: { title: 'Sales', parentUid: '1', order: -7 },
      3: { title: 'Labs', parentUid: '2', order: 0 },
    });
    expect(rejected).toEqual([]);
  });

  test('statuses 2 and 5 (left, but still listed) are inactive, 4 is not unless the options say so', async () => {
    const people = (fake: FakeWecom) => [1, 2, 4, 5].forEach((status) => person(fake, `s${status}`, { status }));
    const { fake, read } = await corp();
    people(fake);
    const active = ({ users }: Awaited<ReturnType<typeof read>>) =>
      Object.entries(users).flatMap(([id, data]) => (data['active'] === true ? [id] : []));
    expect(active(await read())).toEqual(['s1', 's4']);
    const strict = await corp({ config: { inactiveStatuses: [2, 4, 5] } });
    people(strict.fake);
    expect(active(await strict.read())).toEqual(['s1']);
  });

  test('R3: what a new app may not see is absent, not empty', async () => {
    const { fake, read, check } = await corp({ newApp: true });
    person(fake, 'a', { mobile: '13800000000', email: 'a@corp.example' });
    const { users } = await read();
    expect(Object.keys(users['a']!).sort()).toEqual(['active', 'departments', 'nickname', 'username']);
    expect(await check()).toMatchObject({ ok: true, hint: expect.stringMatching(/no e-mail addresses and no phone/) });
  });

  test('leads come from the department where the member does not say them', async () => {
    const { fake, read } = await corp();
    fake.departments.get(1)!.department_leader = ['Boss'];
    person(fake, 'Boss');
    person(fake, 'worker');
    const leads = ({ users }: Awaited<ReturnType<typeof read>>, id: string) =>
      (users[id]!['departments'] as { isOwner: boolean }[]).map((place) => place.isOwner);
    const full = await read();
    expect([leads(full, 'boss'), leads(full, 'worker')]).toEqual([[true], [false]]);
    const delta = await read([{ kind: 'user', externalId: 'boss' }]);
    expect(delta.users['boss']).toEqual(full.users['boss']);
  });

  test('R7: an odd field costs neither its member nor another one', async () => {
    const { fake, read } = await corp();
    person(fake, 'good');
    person(fake, 'bad', { order: ['x'] as never });
    const { users, rejected, complete } = await read();
    expect([Object.keys(users), rejected, complete]).toEqual([['good', 'bad'], [], ['department', 'user']]);
    expect(users['bad']).toMatchObject({ departments: [{ uid: '1', keepOrder: true }] });
  });
});

describe('what an app sees', () => {
  test('a department whose parent is out of sight is a root', async () => {
    const { fake, read, check } = await corp({ scope: [4, 3] });
    fillWecom(fake, { people: 20, departments: 20 });
    const { departments, complete } = await read();
    expect(Object.entries(departments).flatMap(([id, data]) => (data['parentUid'] === null ? [id] : []))).toEqual([
      '3',
      '4',
    ]);
    expect(complete).toEqual(['department', 'user']);
    expect(await check()).toMatchObject({ hint: expect.stringMatching(/2 parts of the corp/) });
  });

  test('the secret of contacts sync from an old IP reads names and all', async () => {
    const { fake, read } = await corp({ secrets: 'contacts', newIp: false });
    person(fake, 'a', { email: 'a@corp.example' });
    const { users, departments } = await read();
    expect(users['a']).toMatchObject({ email: 'a@corp.example' });
    expect(departments['1']).toMatchObject({ title: 'Acme' });
    expect(fake.calls.get('user/list_id')).toBeUndefined();
  });

  test('from a new IP user/list is refused (60011), and the ids are read instead', async () => {
    const { fake, read, check } = await corp({ secrets: 'contacts' });
    fillWecom(fake, { people: 20, departments: 3 });
    const { users, departments, complete } = await read();
    expect(Object.keys(users)).toHaveLength(20);
    expect(users['user0010']).toEqual({
      username: 'User0010',
      departments: placesOf('1', '2', '3'),
    });
    expect(departments['2']).toEqual({ title: '2', parentUid: '1', order: -998 });
    expect(complete).toEqual(['department', 'user']);
    expect(await check()).toMatchObject({ ok: true, hint: expect.stringMatching(/ids only/) });
  });

  test('with both secrets the app says the details, and contacts sync whom and what the app may not see', async () => {
    const { fake, read } = await corp({ secrets: 'both', scope: [2] });
    fake.departments.set(2, { id: 2, name: 'Sales', parentid: 1, order: 0 });
    person(fake, 'Outside');
    person(fake, 'Both', { department: [2], email: 'b@corp.example' });
    fake.members.get('both')!.department.push(1);
    const { users, departments } = await read();
    expect(users['outside']).toEqual({ username: 'Outside', departments: placesOf('1') });
    expect(users['both']).toMatchObject({ email: 'b@corp.example', departments: [{ uid: '2' }, { uid: '1' }] });
    expect(departments).toEqual({
      // Its name is not visible: the id is used if no title is known (R7).
      1: { title: '1', parentUid: null, order: 0 },
      2: { title: 'Sales', parentUid: '1', order: 0 },
    });
  });

  test('the rows of one member may stand on several pages of user/list_id', async () => {
    const { fake, read } = await corp({ secrets: 'contacts', idPageSize: 2 });
    for (const id of [2, 3]) fake.departments.set(id, { id, name: `D${id}`, parentid: 1, order: 0 });
    person(fake, 'a');
    person(fake, 'split', { department: [3, 1, 2] });
    const { users } = await read();
    expect(users['split']).toEqual({ username: 'split', departments: placesOf('1', '2', '3') });
    expect(fake.calls.get('user/list_id')).toBe(2);
  });

  test('R30: a cursor that comes again ends the read instead of going round', async () => {
    const { fake, read } = await corp({ secrets: 'contacts' });
    const page = { errcode: 0, errmsg: 'ok', next_cursor: 'again', dept_user: [{ userid: 'a', department: 1 }] };
    fake.faults.answers.push({ api: 'user/list_id', answer: { json: page }, times: 10 });
    await expect(read()).rejects.toThrow(/repeats a cursor/);
    expect(fake.calls.get('user/list_id')).toBe(2);
  });
});

describe('trouble in the middle', () => {
  test('a token killed in mid-pull is replaced once and no member is missing', async () => {
    const { fake, read } = await corp();
    fillWecom(fake, { people: 40, departments: 12 });
    fake.faults.killTokensAfterCalls = 6;
    const { users, complete } = await read();
    expect(Object.keys(users)).toHaveLength(40);
    expect(complete).toContain('user');
    expect(fake.calls.get('gettoken')).toBe(2);
  });

  test('45009 is waited out, and the list goes on where it was', async () => {
    const { fake, read, clock } = await corp();
    fillWecom(fake, { people: 40, departments: 12 });
    const limited = { json: { errcode: 45009, errmsg: 'api freq out of limit' } };
    fake.faults.answers.push({ api: 'user/list', answer: limited, times: 1 });
    const begin = clock.now();
    expect(Object.keys((await read()).users)).toHaveLength(40);
    expect(clock.now() - begin).toBeGreaterThanOrEqual(60_000);
    expect(fake.calls.get('user/list')).toBe(13);
  });

  test('R30: a department that goes while it is read proves no one absent; the read is to be done again', async () => {
    const { fake, read } = await corp();
    fillWecom(fake, { people: 40, departments: 12 });
    fake.faults.onCall = (api) => void (api === 'user/list' && fake.departments.delete(9));
    await expect(read()).rejects.toMatchObject({ code: 'source_read', advice: { retry: true } });
  });

  test('no error holds a secret', async () => {
    const { fake, read } = await corp();
    const echo = `rejected: ${fake.appSecret} at ?access_token=abcdefgh&corpsecret=${fake.appSecret}`;
    fake.faults.answers.push({ api: 'gettoken', answer: { json: { errcode: 40001, errmsg: echo } }, times: 1 });
    const error = await read().then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(SyncError);
    expect((error as Error).message).not.toContain(fake.appSecret);
    expect((error as Error).message).not.toContain('abcdefgh');
  });
});

describe('hints', () => {
  const user = (externalId: string): Hint => ({ kind: 'user', externalId });

  test('are read afresh: moved, left and renamed in one call each, and the same as a full read says', async () => {
    const { fake, read } = await corp();
    fillWecom(fake, { people: 40, departments: 12 });
    await read();
    fake.members.get('user0003')!.department = [5];
    fake.members.delete('user0004');
    fake.departments.get(7)!.name = 'Renamed';
    fake.forgetCalls();
    const delta = await read([user('user0003'), user('user0004'), { kind: 'department', externalId: '7' }]);
    expect(Object.fromEntries(fake.calls)).toEqual({ 'department/simplelist': 1, 'department/get': 1, 'user/get': 2 });
    expect(delta).toMatchObject({ gone: ['user0004'], complete: [] });
    const full = await read();
    expect(delta.users['user0003']).toEqual(full.users['user0003']);
    expect(delta.departments['7']).toEqual(full.departments['7']);
  });

  test('a member whom the app may not see is not called gone', async () => {
    const { fake, read } = await corp({ scope: [2] });
    fake.departments.set(2, { id: 2, name: 'Sales', parentid: 1, order: 0 });
    person(fake, 'outside');
    expect(await read([user('outside')])).toMatchObject({ users: {}, gone: [] });
  });

  test.each([['contacts'], ['both']] as const)('with %s, ids tell who is there and who is gone', async (secrets) => {
    const { fake, read } = await corp({ secrets, scope: [2] });
    fake.departments.set(2, { id: 2, name: 'Sales', parentid: 1, order: 0 });
    person(fake, 'Outside');
    const { users, gone } = await read([user('outside'), user('left')]);
    expect([Object.keys(users), gone]).toEqual([['outside'], ['left']]);
    expect((await read()).users['outside']).toEqual(users['outside']);
  });

  test('no rows cause no calls', async () => {
    const { fake, read } = await corp();
    await read([]);
    expect(fake.calls.size).toBe(0);
  });
});

describe('export jobs', () => {
  test('read everyone with a handful of calls, the same as walking does', async () => {
    const walking = await corp();
    const exporting = await corp({ config: { read: 'export' } });
    for (const { fake } of [walking, exporting]) fillWecom(fake, { people: 40, departments: 12 });
    const [walked, exported] = [await walking.read(), await exporting.read()];
    expect(exported).toEqual(walked);
    expect([...exporting.fake.calls.values()].reduce((one, other) => one + other)).toBeLessThan(12);
  });

  test('R30: a file whose sum is wrong proves no one absent', async () => {
    const { fake, read } = await corp({ config: { read: 'export' } });
    fake.faults.answers.push({ api: 'file', answer: 'hang', times: 1 });
    await expect(read()).rejects.toThrow(SourceReadError);
  });
});
