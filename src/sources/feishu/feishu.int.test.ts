import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SourceAuthError, SourceRateLimitedError, SourceReadError } from '../../domain/errors.js';
import { FakeFeishu, FEISHU_APP, type FakeFeishuOptions } from '../../testing/fakes/fake-feishu.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { feishuAdapter } from './feishu.adapter.js';

let fake: FakeFeishu;
let world: ReturnType<typeof createJsonWorld>;

async function start(options: Omit<FakeFeishuOptions, 'now'> & { limits?: boolean } = {}) {
  world = createJsonWorld();
  fake = await FakeFeishu.start({ ...options, ...(options.limits ? { now: () => world.clock.now() } : {}) });
}

beforeEach(() => start());
afterEach(() => fake.close());

const config = () => ({ ...FEISHU_APP, baseUrl: fake.api.url });
const read = (...[options, request]: [object?, Parameters<typeof readAdapter>[2]?]) =>
  readAdapter(feishuAdapter(world), { ...config(), ...options }, request as never);
const check = () =>
  feishuAdapter(world).check({ sourceId: 's', config: config(), signal: new AbortController().signal });

describe('what comes out', () => {
  test('a person in three departments is one record, with the main one, the order and the leader of each', async () => {
    for (const id of ['od-1', 'od-2', 'od-3']) fake.tenant.addDepartment(id, id);
    fake.tenant.addUser('boss', ['od-1']);
    fake.tenant.addUser('u1', ['od-2', 'od-1', 'od-3'], {
      ...{ leader: 'boss', email: 'u1@example.com', mobile: '+8613800000001', jobTitle: 'Engineer', employeeNo: 'E7' },
      customAttrs: [
        { id: 'C-1', type: 'TEXT', value: { text: 'blue' } },
        { id: 'C-2', type: 'HREF', value: { text: 'home', url: 'https://example.com' } },
      ],
    });
    fake.tenant.departments.get('od-3')!.leaders = ['boss', 'u1'];
    const { records, complete } = await read();
    expect(records['user']!['u1']).toEqual({
      username: 'E7',
      nickname: 'Person u1',
      email: 'u1@example.com',
      phone: '+8613800000001',
      title: 'Engineer',
      managerUid: 'boss',
      active: true,
      departments: [
        { uid: 'od-2', isMain: true, isOwner: false, order: 10 },
        { uid: 'od-1', isMain: false, isOwner: false, order: 20 },
        { uid: 'od-3', isMain: false, isOwner: true, order: 30 },
      ],
      openId: 'ou_u1',
      unionId: 'on_u1',
      employeeNo: 'E7',
      attributes: { 'C-1': 'blue', 'C-2': { text: 'home', url: 'https://example.com' } },
    });
    expect(complete).toEqual(['department', 'user']);
  });

  test('the root is no department: what is right below it has no parent, and its own people have no place', async () => {
    fake.tenant.addDepartment('od-1', 'Sales', '0', { order: '2000' });
    fake.tenant.addDepartment('od-2', 'Field', 'od-1', { order: '30' });
    fake.tenant.addUser('top', ['0']);
    fake.tenant.addUser('both', ['0', 'od-2']);
    const { records } = await read();
    expect(records['department']).toEqual({
      'od-1': { title: 'Sales', parentUid: null, order: 2000 },
      'od-2': { title: 'Field', parentUid: 'od-1', order: 30 },
    });
    expect(records['user']!['top']!['departments']).toEqual([]);
    expect(records['user']!['both']!['departments']).toMatchObject([{ uid: 'od-2', isMain: false }]);
  });

  test.each([
    ['active', true],
    ['unjoined', true],
    ['frozen', false],
    ['exited', false],
  ] as const)('who is %s has active %p', async (status, active) => {
    fake.tenant.addUser('u1', ['0'], { status });
    expect((await read()).records['user']!['u1']).toMatchObject({ active });
  });

  test('who has resigned but is still shown is inactive', async () => {
    fake.tenant.addUser('u1', ['0'], { status: 'resigned' });
    const { records } = await read({}, { mode: 'delta', hints: [{ kind: 'user', externalId: 'u1' }] });
    expect(records['user']!['u1']).toMatchObject({ active: false });
  });

  test('R3: a field whose right is missing is absent, never empty', async () => {
    fake.tenant.addDepartment('od-1', 'Sales');
    fake.tenant.addDepartment('od-2', 'Field');
    fake.tenant.addUser('u1', ['od-1', 'od-2'], { email: 'u1@example.com', mobile: '+8613800000001' });
    for (const right of ['email', 'phone', 'employee', 'department']) {
      fake.tenant.rights.delete(`contact:user.${right}:readonly`);
    }
    fake.tenant.rights.delete('contact:user.employee_number:read');
    fake.tenant.rights.delete('contact:department.organize:readonly');
    const { records } = await read();
    expect(Object.keys(records['user']!['u1']!).sort()).toEqual([
      'departments',
      'nickname',
      'openId',
      'unionId',
      'username',
    ]);
    // The department where the person was found is known.
    expect(records['user']!['u1']!['departments']).toMatchObject([{ uid: 'od-1' }, { uid: 'od-2' }]);
    expect(records['department']!['od-1']).toEqual({ title: 'Sales' });
    expect(await check()).toMatchObject({
      ok: true,
      hint: expect.stringMatching(/email \(contact:user\.email:readonly\).*mobile \(contact:user\.phone:readonly\)/),
    });
  });

  test('an empty field with its right is known to be nothing', async () => {
    fake.tenant.addUser('u1', ['0']);
    expect((await read()).records['user']!['u1']).toMatchObject({ email: null, phone: null, title: null });
  });
});

describe('a scoped app', () => {
  test('reads the departments that it was given, all below them, and the people who were named', async () => {
    for (const [id, parent] of [
      ['od-1', '0'],
      ['od-2', 'od-1'],
      ['od-3', 'od-2'],
      ['od-4', '0'],
    ] as const) {
      fake.tenant.addDepartment(id, id, parent);
    }
    for (const [id, place] of [
      ['u2', 'od-2'],
      ['u3', 'od-3'],
      ['u4', 'od-4'],
      ['named', 'od-4'],
    ] as const) {
      fake.tenant.addUser(id, [place]);
    }
    fake.tenant.scope = { departments: ['od-2'], users: ['named', 'u3'] };
    const { records, complete } = await read();
    expect(Object.keys(records['department']!).sort()).toEqual(['od-2', 'od-3']);
    expect(Object.keys(records['user']!).sort()).toEqual(['named', 'u2', 'u3']);
    // Its parent is not visible, so it is a root until the parent is read (R20).
    expect(records['department']!['od-2']).toMatchObject({ parentUid: 'od-1' });
    expect(complete).toEqual(['department', 'user']);
    expect(await check()).toMatchObject({
      ok: true,
      hint: expect.stringMatching(/1 departments .* 2 individual people/),
    });
  });

  test('an app with an empty scope fails instead of proving everyone absent', async () => {
    fake.tenant.addUser('u1', ['0']);
    fake.tenant.scope = { departments: [], users: [] };
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceAuthError);
    expect(complete).toEqual([]);
  });
});

describe('paging', () => {
  test('a company too big to be listed at once is listed level by level', async () => {
    for (let at = 1; at <= 60; at += 1)
      fake.tenant.addDepartment(`od-${at}`, 'x', at <= 3 ? '0' : `od-${(at % 3) + 1}`);
    const json = { code: 43010, msg: 'big dept forbid recursion error' };
    const refuse = { status: 400, json };
    const deepAtRoot = ({ path, query }: { path: string; query: URLSearchParams }) =>
      path.includes('/departments/0/') && query.get('fetch_child') === 'true' ? refuse : null;
    fake.api.fail({ api: 'departments/children', trouble: deepAtRoot });
    const { records, complete } = await read();
    expect(Object.keys(records['department']!)).toHaveLength(60);
    expect(complete).toEqual(['department', 'user']);
  });

  test('R30: a page that says "more" but not where proves nothing', async () => {
    fake.tenant.addUser('u1', ['0']);
    const json = { code: 0, msg: 'success', data: { has_more: true, page_token: '', items: [] } };
    fake.api.fail({ api: 'users/find_by_department', trouble: { json } });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceReadError);
    expect(complete).toEqual(['department']);
  });

  test('R30: a token that comes back would never end', async () => {
    fake.tenant.addUser('u1', ['0']);
    const json = { code: 0, msg: 'success', data: { has_more: true, page_token: 'again', items: [] } };
    fake.api.fail({ api: 'users/find_by_department', trouble: { json } });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceReadError);
    expect(complete).toEqual(['department']);
    expect(fake.api.count('users/find_by_department')).toBeLessThan(4);
  });

  test('R30: a department deleted during the read fails it: its people may be in one already read', async () => {
    for (const id of ['od-1', 'od-2']) fake.tenant.addDepartment(id, id);
    fake.tenant.addUser('u1', ['od-2']);
    fake.api.fail({
      api: 'users/find_by_department',
      trouble: ({ query }) => {
        if (query.get('department_id') === 'od-1') fake.tenant.departments.delete('od-2');
        return null;
      },
    });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceReadError);
    expect(complete).toEqual(['department']);
  });
});

describe('trouble on the way', () => {
  test('a token killed in the middle is replaced, once', async () => {
    for (let at = 1; at <= 8; at += 1) fake.tenant.addUser(`u${at}`, [fake.tenant.addDepartment(`od-${at}`, 'x').id]);
    let killed = false;
    fake.api.fail({
      api: 'users/find_by_department',
      after: 3,
      trouble: () => {
        if (!killed) fake.killToken();
        killed = true;
        return null;
      },
    });
    const { records, error } = await read();
    expect(error).toBeUndefined();
    expect(Object.keys(records['user']!)).toHaveLength(8);
    expect(fake.api.count('token')).toBe(2);
  });

  test.each([429, 400] as const)('R42: a %i with code 99991400 waits as long as its header says', async (status) => {
    fake.tenant.addUser('u1', ['0']);
    const headers = { 'x-ogw-ratelimit-reset': '37' };
    const json = { code: 99991400, msg: 'request trigger frequency limit' };
    fake.api.fail({ api: 'users/find_by_department', times: 1, trouble: { status, headers, json } });
    const before = world.clock.now();
    const { records, error } = await read();
    expect(error).toBeUndefined();
    expect(Object.keys(records['user']!)).toEqual(['u1']);
    expect(world.clock.now() - before).toBeGreaterThanOrEqual(37_000);
    expect(world.clock.now() - before).toBeLessThan(40_000);
  });

  test('a right that is taken away in the middle ends the read and is named', async () => {
    fake.tenant.addDepartment('od-1', 'x');
    fake.tenant.addUser('u1', ['od-1']);
    const json = {
      code: 99991672,
      msg: 'Access denied. One of the following scopes is required: [contact:contact.base:readonly].',
      error: { permission_violations: [{ subject: 'contact:contact.base:readonly' }] },
    };
    fake.api.fail({ api: 'users/find_by_department', after: 1, trouble: { status: 400, json } });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceAuthError);
    expect((error as Error).message).toMatch(/contact:contact\.base:readonly/);
    expect(complete).toEqual(['department']);
  });

  test('the real limits are kept: nothing is throttled, however many calls there are', async () => {
    await fake.close();
    await start({ limits: true });
    for (let at = 1; at <= 150; at += 1) fake.tenant.addUser(`u${at}`, [fake.tenant.addDepartment(`od-${at}`, 'x').id]);
    const { error, records } = await read();
    expect(error).toBeUndefined();
    expect(Object.keys(records['user']!)).toHaveLength(150);
    expect(fake.api.count('users/find_by_department')).toBe(151);
  });

  test('control: without the limits kept, the same read is throttled until it gives up', async () => {
    await fake.close();
    await start({ limits: true });
    for (let at = 1; at <= 150; at += 1) fake.tenant.addUser(`u${at}`, [fake.tenant.addDepartment(`od-${at}`, 'x').id]);
    const heedless = { reserve: () => Promise.resolve(0), pause: () => Promise.resolve() };
    const { error, complete } = await readAdapter(feishuAdapter({ ...world, governor: heedless }), config());
    expect(error).toBeInstanceOf(SourceRateLimitedError);
    expect(complete).toEqual(['department']);
  });
});

test('a delta re-reads the members of a named department, whose leading it may have moved', async () => {
  fake.tenant.addDepartment('od-1', 'x', '0', { leaders: ['u1'] });
  fake.tenant.addUser('u1', ['od-1']);
  fake.tenant.addUser('u2', ['od-1']);
  const owners = ({ records }: Awaited<ReturnType<typeof read>>) =>
    Object.entries(records['user']!).map(([id, { departments }]) => [
      id,
      (departments as { isOwner: boolean }[])[0]!.isOwner,
    ]);
  expect(owners(await read())).toEqual([
    ['u1', true],
    ['u2', false],
  ]);
  fake.tenant.departments.get('od-1')!.leaders = ['u2'];
  const hints = [{ kind: 'department', externalId: 'od-1' }];
  expect(owners(await read({}, { mode: 'delta', hints }))).toEqual([
    ['u1', false],
    ['u2', true],
  ]);
});

test('a delta of a person knows who leads what, though the app may not see one of their departments', async () => {
  for (const id of ['od-1', 'od-2']) fake.tenant.addDepartment(id, id, '0', { leaders: ['u1'] });
  fake.tenant.addUser('u1', ['od-1', 'od-2']);
  fake.tenant.scope = { departments: ['od-2'], users: [] };
  const spoiled = { status: 403, json: { code: 40004, msg: 'no dept authority error' } };
  const hints = [{ kind: 'user', externalId: 'u1' }];
  for (const whole of [true, false]) {
    if (!whole) fake.api.fail({ api: 'departments/batch', trouble: spoiled });
    const { records, error } = await read({}, { mode: 'delta', hints });
    expect(error).toBeUndefined();
    expect(records['user']!['u1']!['departments']).toMatchObject([
      { uid: 'od-1', isOwner: null },
      { uid: 'od-2', isOwner: true },
    ]);
  }
});

test('a delta says of a person the very same as a full read', async () => {
  for (const id of ['od-1', 'od-2']) fake.tenant.addDepartment(id, id, '0', { leaders: ['u1'] });
  fake.tenant.addUser('u1', ['od-1', 'od-2'], { email: 'u1@example.com' });
  const full = await read();
  const delta = await read({}, { mode: 'delta', hints: [{ kind: 'user', externalId: 'u1' }] });
  expect(delta.records['user']!['u1']).toEqual(full.records['user']!['u1']);
});
