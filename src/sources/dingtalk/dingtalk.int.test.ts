import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SourceAuthError, SourceConfigError, SourceReadError } from '../../domain/errors.js';
import { DINGTALK_APP, FakeDingtalk, type FakeDingtalkOptions } from '../../testing/fakes/fake-dingtalk.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { dingtalkAdapter } from './dingtalk.adapter.js';

let fake: FakeDingtalk;
let world: ReturnType<typeof createJsonWorld>;

async function start(options: Omit<FakeDingtalkOptions, 'now'> & { limits?: boolean } = {}) {
  world = createJsonWorld();
  fake = await FakeDingtalk.start({ ...options, ...(options.limits ? { now: () => world.clock.now() } : {}) });
}

beforeEach(() => start());
afterEach(() => fake.close());

const config = () => ({ ...DINGTALK_APP, baseUrl: fake.api.url, newBaseUrl: fake.api.url });
const read = (...[options, request]: [object?, Parameters<typeof readAdapter>[2]?]) =>
  readAdapter(dingtalkAdapter(world), { ...config(), ...options }, request as never);
const readHint = (kind: string, externalId: string, options?: object) =>
  read(options, { mode: 'delta', hints: [{ kind, externalId }] });
const check = (options: object = {}) =>
  dingtalkAdapter(world).check({
    sourceId: 's',
    config: { ...config(), ...options },
    signal: new AbortController().signal,
  });

describe('what comes out', () => {
  test('a person in three departments is one record; leader and order are each department’s own', async () => {
    for (const id of [2, 3, 4]) fake.company.addDepartment(id, `D${id}`);
    fake.company.addUser('u1', [], {
      departments: [
        { id: 3, order: 30, leader: false },
        { id: 2, order: 20, leader: true },
        { id: 4, order: 40, leader: false },
      ],
      ...{ mobile: '13800000001', email: 'private@example.com', orgEmail: 'u1@example.com', title: 'Engineer' },
      ...{ jobNumber: 'J7', manager: 'boss', extension: { 爱好: '骑行', desk: '4-12' } },
    });
    fake.company.departments.get(4)!.managers = ['u1'];
    const { records, complete } = await read();
    expect(records['user']!['u1']).toEqual({
      username: 'J7',
      nickname: 'Person u1',
      email: 'u1@example.com',
      phone: '+86-13800000001',
      title: 'Engineer',
      active: true,
      departments: [
        { uid: '3', isMain: true, isOwner: false, order: 30 },
        { uid: '2', isMain: false, isOwner: true, order: 20 },
        { uid: '4', isMain: false, isOwner: true, order: 40 },
      ],
      unionId: 'union-u1',
      attributes: { 爱好: '骑行', desk: '4-12' },
    });
    expect(complete).toEqual(['department', 'user']);
  });

  test('the root is a department of its own, with the company’s name', async () => {
    fake.company.addDepartment(2, 'Sales', 1, { order: 5 });
    fake.company.addDepartment(3, 'Field', 2, { order: 7 });
    fake.company.addUser('top', [1]);
    const { records } = await read();
    expect(records['department']).toEqual({
      1: { title: 'Example Ltd', parentUid: null, order: 0 },
      2: { title: 'Sales', parentUid: '1', order: 5 },
      3: { title: 'Field', parentUid: '2', order: 7 },
    });
    expect(records['user']!['top']!['departments']).toMatchObject([{ uid: '1', isMain: true }]);
  });

  test('who has never opened the app is active all the same', async () => {
    fake.company.addUser('u1', [1], { activated: false });
    expect((await read()).records['user']!['u1']).toMatchObject({ active: true, username: 'u1' });
  });

  test('R3: a field whose right is missing is absent; custom fields that are no JSON are named (R7)', async () => {
    fake.company.addUser('u1', [1], { mobile: '13800000001', email: 'u1@example.com' });
    fake.company.rights.delete('fieldMobile');
    fake.company.rights.delete('fieldEmail');
    fake.api.fail({
      api: 'user/list',
      trouble: () => {
        const list = [{ userid: 'u1', name: 'Ada', dept_id_list: [1], extension: 'no json', leader: false }];
        return { json: { errcode: 0, result: { has_more: false, next_cursor: 0, list } } };
      },
    });
    const { records, leftOut } = await read();
    expect(records['user']!['u1']).toMatchObject({ nickname: 'Ada' });
    expect(records['user']!['u1']).not.toHaveProperty('attributes');
    expect(leftOut['user']).toEqual({ u1: [expect.stringMatching(/^attributes wrong_type: extension/)] });
    expect(Object.keys(records['user']!['u1']!)).not.toEqual(expect.arrayContaining(['phone']));
    expect(Object.keys(records['user']!['u1']!)).not.toEqual(expect.arrayContaining(['email']));
  });

  test('superiors cost a call a person, and are claimed only then', async () => {
    fake.company.addUser('u1', [1], { manager: 'boss' });
    fake.company.addUser('boss', [1]);
    const without = await read();
    expect(without.records['user']!['u1']).not.toHaveProperty('managerUid');
    expect(fake.api.count('user/get')).toBe(0);
    const { records } = await read({ superiors: true });
    expect(records['user']).toMatchObject({ u1: { managerUid: 'boss' }, boss: { managerUid: null } });
    expect(fake.api.count('user/get')).toBe(2);
  });

  test('without details only the top is asked for itself; leaders are known from the members', async () => {
    fake.company.addDepartment(2, 'Sales', 1, { order: 5 });
    fake.company.addUser('u1', [], { departments: [{ id: 2, order: 1, leader: true }] });
    const { records } = await read({ departmentDetails: false, mainDepartment: 'none' });
    expect(fake.api.count('department/get')).toBe(1);
    expect(records['department']!['2']).toEqual({ title: 'Sales', parentUid: '1' });
    expect(records['user']!['u1']!['departments']).toEqual([{ uid: '2', isMain: false, isOwner: true, order: 1 }]);
  });
});

test('a scoped app reads the departments that it was given, all below them, and the people who were named', async () => {
  for (const [id, parent] of [
    [2, 1],
    [3, 2],
    [4, 1],
  ] as const)
    fake.company.addDepartment(id, `D${id}`, parent);
  for (const [id, place] of [
    ['u2', 2],
    ['u3', 3],
    ['u4', 4],
    ['named', 4],
  ] as const)
    fake.company.addUser(id, [place]);
  fake.company.scope = { departments: [2], users: ['named', 'u3'] };
  const { records, complete } = await read();
  expect(Object.keys(records['department']!)).toEqual(['2', '3']);
  expect(records['department']!['2']).toMatchObject({ title: 'D2', parentUid: '1' });
  expect(Object.keys(records['user']!).sort()).toEqual(['named', 'u2', 'u3']);
  expect(complete).toEqual(['department', 'user']);
  expect(await check()).toMatchObject({
    ok: true,
    hint: expect.stringMatching(/1 departments .* 2 individual people/),
  });
});

describe('paging', () => {
  test('a cursor that means nothing without has_more is not followed', async () => {
    for (let at = 1; at <= 250; at += 1) fake.company.addUser(`u${at}`, [1]);
    const { records, error } = await read();
    expect(error).toBeUndefined();
    expect(Object.keys(records['user']!)).toHaveLength(250);
    expect(fake.api.count('user/list')).toBe(3);
  });

  test('R30: "more" with a cursor that does not move on proves nothing', async () => {
    fake.api.fail({
      api: 'user/list',
      trouble: { json: { errcode: 0, result: { has_more: true, next_cursor: 0, list: [] } } },
    });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceReadError);
    expect(complete).toEqual(['department']);
  });

  test('R30: a department that goes away meanwhile fails the read', async () => {
    fake.company.addDepartment(2, 'Sales');
    fake.api.fail({
      api: 'user/list',
      trouble: () => {
        fake.company.departments.delete(2);
        return null;
      },
    });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceReadError);
    expect(complete).toEqual(['department']);
  });
});

describe('trouble on the way', () => {
  test.each([true, false])(
    'a token killed in the middle is replaced, once (error inside 88: %p)',
    async (wrapsErrors) => {
      await fake.close();
      await start({ wrapsErrors });
      for (let id = 2; id <= 9; id += 1) fake.company.addUser(`u${id}`, [fake.company.addDepartment(id, 'x').id]);
      let killed = false;
      fake.api.fail({
        api: 'user/list',
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
    },
  );

  test.each([
    ['inside 88', { errcode: 88, sub_code: '90018', sub_msg: '限流', errmsg: 'x' }, 1_000],
    ['with its own code', { errcode: 90002, errmsg: '限流' }, 1_000],
    [
      'from the gateway, which shuts an address out for minutes',
      { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'x' },
      300_000,
    ],
  ])('R42: a throttle %s is waited for', async (_, json, waitMs) => {
    fake.company.addUser('u1', [1]);
    fake.api.fail({ api: 'user/list', times: 1, trouble: { json } });
    const before = world.clock.now();
    const { records, error } = await read();
    expect(error).toBeUndefined();
    expect(Object.keys(records['user']!)).toEqual(['u1']);
    expect(world.clock.now() - before).toBeGreaterThanOrEqual(waitMs);
    expect(world.clock.now() - before).toBeLessThan(waitMs + 5_000);
  });

  test('R42: a busy system is asked again', async () => {
    fake.company.addUser('u1', [1]);
    fake.api.fail({ api: 'user/list', times: 2, trouble: { json: { errcode: -1, errmsg: '系统繁忙' } } });
    expect((await read()).error).toBeUndefined();
  });

  test('the real limit is kept: nothing is throttled, however many calls there are', async () => {
    await fake.close();
    await start({ limits: true });
    for (let id = 2; id <= 60; id += 1) fake.company.addUser(`u${id}`, [fake.company.addDepartment(id, 'x').id]);
    const { error } = await read();
    expect(error).toBeUndefined();
    expect([fake.api.count('user/list'), fake.api.count('department/listsub')]).toEqual([60, 60]);
  });

  test('a right that is taken away in the middle ends the read and is named', async () => {
    fake.company.addDepartment(2, 'x');
    fake.api.fail({
      api: 'user/list',
      after: 1,
      trouble: {
        json: { errcode: 88, sub_code: '60011', sub_msg: '应用尚未开通所需的权限：[qyapi_get_department_member]' },
      },
    });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceAuthError);
    expect((error as Error).message).toMatch(/qyapi_get_department_member/);
    expect(complete).toEqual(['department']);
  });
});

describe('the monthly quota', () => {
  test('check says what a full sync costs, exactly where that is cheap to know', async () => {
    for (let id = 2; id <= 10; id += 1) fake.company.addDepartment(id, 'x');
    for (let at = 1; at <= 130; at += 1) fake.company.addUser(`u${at}`, [1]);
    expect(await check()).toMatchObject({
      ok: true,
      hint: expect.stringMatching(
        /about 33 calls \(10 departments, 130 people\), about 990 a month with one sync per night/,
      ),
    });
    fake.api.forget();
    await read();
    // The token belongs to the check.
    expect(fake.api.count() + 1).toBe(33);
  });

  test('in a large company check counts no further than 20 calls', async () => {
    for (let id = 2; id <= 300; id += 1) fake.company.addDepartment(id, 'x', id <= 10 ? 1 : (id % 9) + 2);
    expect(await check()).toMatchObject({
      ok: true,
      hint: expect.stringMatching(/more than \d+ calls \(more than \d+ dep/),
    });
    expect(fake.api.count('department/listsub')).toBeLessThanOrEqual(20);
  });

  test('a read that would cost too much ends before people are read', async () => {
    for (let at = 1; at <= 1_500; at += 1) fake.company.addUser(`u${at}`, [1]);
    const { error, complete } = await read({ maxCallsPerRead: 15 });
    expect(error).toBeInstanceOf(SourceConfigError);
    expect((error as Error).message).toMatch(/about 20 calls/);
    expect(complete).toEqual(['department']);
    expect(fake.api.count('user/list')).toBe(0);
    expect((await read({ maxCallsPerRead: 20 })).error).toBeUndefined();
  });

  test('a renamed department costs a delta its pages, not a call a person', async () => {
    fake.company.addDepartment(2, 'Sales');
    fake.company.addDepartment(3, 'Field');
    for (let at = 1; at <= 150; at += 1) fake.company.addUser(`u${at}`, [2]);
    fake.company.addUser('both', [2, 3]);
    const full = await read();
    fake.api.forget();
    const delta = await readHint('department', '2');
    expect(delta.records['user']).toEqual(full.records['user']);
    expect(fake.api.count('user/get')).toBe(1);
    expect(fake.api.count()).toBeLessThan(10);
  });
});

describe('leave records', () => {
  const since = { readAt: '2026-02-01T00:00:00.000Z' };

  test('a delta tells who left since the last read; one who came back is read, not removed', async () => {
    for (const id of ['gone', 'back', 'stays']) fake.company.addUser(id, [1]);
    fake.company.leave('gone', '2026-02-10T08:00:00Z');
    fake.company.leave('back', '2026-02-11T08:00:00Z');
    fake.company.addUser('back', [1]);
    const { records, gone } = await read({ leaveRecords: true }, { mode: 'delta', since });
    expect(gone['user']).toEqual(['gone']);
    expect(Object.keys(records['user']!)).toEqual(['back']);
  });

  test('who left before the last read began is not asked for', async () => {
    fake.company.addUser('old', [1]);
    fake.company.leave('old', '2026-01-10T08:00:00Z');
    const { gone, messages } = await read({ leaveRecords: true }, { mode: 'delta', since });
    expect(gone['user']).toEqual([]);
    expect(messages.at(-1)).toMatchObject({ type: 'checkpoint' });
  });

  test('they are asked for only where the option says so, and check names the missing right', async () => {
    await read({}, { mode: 'delta', since });
    expect(fake.api.count('empLeaveRecords')).toBe(0);
    fake.company.rights.delete('Contact.User.Read');
    expect(await check({ leaveRecords: true })).toMatchObject({
      ok: false,
      hint: expect.stringMatching(/Contact\.User\.Read/),
    });
  });
});

test('a delta says of a person the very same as a full read', async () => {
  for (const id of [2, 3]) fake.company.addDepartment(id, 'x', 1, { managers: ['u1'] });
  fake.company.addUser('u1', [3, 2], { email: 'u1@example.com', mobile: '13800000001', extension: { a: 'b' } });
  const full = await read();
  expect((await readHint('user', 'u1')).records['user']!['u1']).toEqual(full.records['user']!['u1']);
  const scoped = await readHint('user', 'missing');
  expect(scoped.gone['user']).toEqual(['missing']);
});
