import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SyncError } from '../../domain/errors.js';
import { type FakeWecom, startFakeWecom } from '../../testing/fakes/fake-wecom.js';
import { GARBLED_ANSWERS } from '../../testing/fakes/garbled-answers.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { newAesKey } from './read-export.js';
import { wecomAdapter } from './wecom.adapter.js';

let fake: FakeWecom;
beforeEach(async () => {
  fake = await startFakeWecom({ clock: createJsonWorld().clock });
  fake.departments.set(2, { id: 2, name: 'Sales', parentid: 1, order: 1 });
  for (const userid of ['good', 'also']) fake.members.set(userid, { userid, name: userid, department: [2], status: 1 });
});
afterEach(() => fake.stop());

const read = (config: object = { appSecret: fake.appSecret }) =>
  readAdapter(wecomAdapter(createJsonWorld()), { corpId: fake.corpId, baseUrl: fake.baseUrl, ...config });
const answer = (api: string, json: object, times = 1) =>
  fake.faults.answers.push({ api, answer: { json: { errcode: 0, errmsg: 'ok', ...json } }, times });
const rejectedOf = ({ messages }: Awaited<ReturnType<typeof read>>) =>
  messages.filter((message) => message.type === 'rejected');

/** The first list of department 2 has these members. */
const listOnce = (...userlist: unknown[]) => {
  fake.faults.onCall = (api, calls) => void (api === 'user/list' && calls === 2 && answer(api, { userlist }));
};
const GOOD = { userid: 'good', name: 'Good', department: [2] };

describe('R7: an odd field is left out and named; the member and the others are read', () => {
  test.each([
    ['a department that is a word', { department: ['sales', 2] }, /^departments wrong_type: department\.0/],
    ['departments that are no list', { department: 'all' }, /^departments wrong_type: department:/],
    ['a null among the departments', { department: [null, 2] }, /^departments wrong_type: department\.0/],
    ['an order that is an object', { department: [2], order: [{}] }, /^departments\.order wrong_type: order\.0/],
    ['fewer orders than departments', { department: [2, 1], order: [3] }, /^departments\.order wrong_type: order/],
    ['a name that is a list', { name: ['a'] }, /^nickname wrong_type: name/],
    ['a mobile that is an object', { mobile: {} }, /^phone wrong_type: mobile/],
    ['an e-mail that is an object', { email: { value: 'a@x.example' } }, /^email wrong_type: email/],
    ['a company e-mail that is a list', { biz_mail: [] }, /^email wrong_type: biz_mail/],
    ['a position that is a yes', { position: true }, /^title wrong_type: position/],
    ['a status that is a word', { status: 'active' }, /^active wrong_type: status/],
    ['a status that is a yes', { status: true }, /^active wrong_type: status/],
    ['a status that no document names (R4)', { status: 9 }, /^active unknown_value: status: 9/],
    ['a leader flag that is true', { department: [2], is_leader_in_dept: [true] }, /^departments\.isOwner .*dept\.0/],
    ['a leader flag of 2', { department: [2], is_leader_in_dept: [2] }, /^departments\.isOwner .*dept\.0/],
    ['a main department that is a list', { main_department: [2] }, /^departments\.isMain wrong_type: main_dep/],
    ['a superior that is an object', { direct_leader: [{}] }, /^managerUid wrong_type: direct_leader\.0/],
    ['superiors that are a text', { direct_leader: 'good' }, /^managerUid wrong_type: direct_leader/],
    ['an alias that is an object', { alias: {} }, /^attributes\.alias wrong_type: alias/],
    ['extattr that is a text', { extattr: 'a' }, /^attributes wrong_type: extattr/],
    ['extattr with a null', { extattr: { attrs: [null] } }, /^attributes wrong_type: extattr\.attrs\.0/],
    [
      'an extended field of a type that no document names',
      { extattr: { attrs: [{ type: 7, name: 'Seat', file: {} }] } },
      /^attributes\.Seat wrong_type: extattr\.attrs\.0/,
    ],
    [
      'an extended field that is a list',
      { extattr: { attrs: [{ type: 0, name: 'Seat', text: { value: ['4'] } }] } },
      /^attributes\.Seat wrong_type: extattr\.attrs\.0/,
    ],
  ])('%s', async (_, odd, problem) => {
    listOnce({ userid: 'Odd', name: 'Odd', ...odd }, GOOD);
    const whole = await read();
    expect(whole.error).toBeUndefined();
    expect(rejectedOf(whole)).toEqual([]);
    expect(whole.records['user']!['good']).toMatchObject({ nickname: 'Good' });
    const [line] = whole.leftOut['user']!['odd']!;
    expect(whole.leftOut).toEqual({ user: { odd: [expect.stringMatching(problem)] }, department: {} });
    const field = line!.split(' ')[0]!;
    const record = whole.records['user']!['odd']!;
    expect(record).toMatchObject({ username: 'Odd', ...(field === 'nickname' ? {} : { nickname: 'Odd' }) });
    if (field !== 'departments') expect(record).not.toHaveProperty([field]);
    expect(whole.complete).toEqual(['department', 'user']);
  });

  test('what can be read of lists is used; what can not be is not known', async () => {
    listOnce({ userid: 'odd', department: [2, 'x', 1], order: ['7', 8, {}], is_leader_in_dept: [1, 0, 5] });
    expect((await read()).records['user']!['odd']!['departments']).toEqual([
      { uid: '2', isMain: null, isOwner: true, order: -7 },
      { uid: '1', isMain: null, isOwner: null, keepOrder: true },
    ]);
  });

  test('an odd field of user/get costs the field too', async () => {
    fake.faults.answers.push({
      api: 'user/get',
      answer: { json: { errcode: 0, errmsg: 'ok', userid: 'good', name: {}, position: 'Lead' } },
      times: 1,
    });
    const adapter = wecomAdapter(createJsonWorld());
    const config = { corpId: fake.corpId, baseUrl: fake.baseUrl, appSecret: fake.appSecret };
    const delta = await readAdapter(adapter, config, {
      mode: 'delta',
      hints: [{ kind: 'user', externalId: 'good' }],
    });
    expect(delta.records['user']).toEqual({ good: { username: 'good', title: 'Lead' } });
    expect(delta.leftOut['user']).toEqual({ good: [expect.stringMatching(/^nickname wrong_type/)] });
  });

  test.each([
    ['no id', { name: 'unknown' }, 'missing_uid'],
    ['an empty id', { userid: '', name: 'unknown' }, 'missing_uid'],
    ['an id that is a list', { userid: ['a'] }, 'invalid_uid'],
    ['no object', 'odd', 'missing_uid'],
    ['null', null, 'missing_uid'],
  ])('a member with %s is rejected, and the others are read', async (_, odd, code) => {
    listOnce(odd, GOOD);
    const whole = await read();
    expect(Object.keys(whole.records['user']!)).toEqual(['good']);
    expect(rejectedOf(whole)).toMatchObject([{ kind: 'user', externalId: null, code }]);
  });
});

describe('spellings that are no odd fields', () => {
  test.each([
    ['an id as number', { userid: 1001 }, '1001', { username: '1001' }],
    [
      'departments as text',
      { userid: 'a', department: ['2', ' 1 '] },
      'a',
      { departments: [{ uid: '2' }, { uid: '1' }] },
    ],
    ['null lists', { userid: 'a', department: null, order: null, direct_leader: null }, 'a', { username: 'a' }],
    ['a mobile as number', { userid: 'a', mobile: 13800000000 }, 'a', { phone: '13800000000' }],
    ['no name', { userid: 'a', department: [2] }, 'a', { username: 'a' }],
    ['a blank e-mail', { userid: 'a', email: ' ', biz_mail: 'a@x.example' }, 'a', { email: 'a@x.example' }],
    ['a status as text', { userid: 'a', status: '2' }, 'a', { active: false }],
  ])('%s is another spelling, not an odd member', async (_, user, id, data) => {
    fake.faults.onCall = (api, calls) => void (api === 'user/list' && calls === 2 && answer(api, { userlist: [user] }));
    const whole = await read();
    expect(rejectedOf(whole)).toEqual([]);
    expect(whole.records['user']![id]).toMatchObject(data);
  });

  test('a department with members and a list of null is empty, not broken', async () => {
    answer('user/list', { userlist: null });
    expect((await read()).complete).toEqual(['department', 'user']);
  });
});

test('R7: an odd department costs its field, one without an id is rejected, and members are read', async () => {
  answer('department/list', {
    department: [
      { id: 1, name: 'Acme', parentid: 0 },
      { id: 2, name: {}, parentid: 1 },
      { id: '3', name: null, parentid: 2 },
      { name: 'no id' },
    ],
  });
  fake.departments.set(3, { id: 3, name: 'Labs', parentid: 2, order: 0 });
  const whole = await read();
  expect(whole.records['department']).toEqual({
    1: { title: 'Acme', parentUid: null },
    2: { title: '2', parentUid: '1' },
    3: { title: '3', parentUid: '2' },
  });
  expect(whole.leftOut['department']).toEqual({
    2: [expect.stringMatching(/^title wrong_type: name/)],
    3: [expect.stringMatching(/^title not_shown: name/)],
  });
  expect(rejectedOf(whole)).toMatchObject([{ kind: 'department', externalId: null, code: 'missing_uid' }]);
  expect(Object.keys(whole.records['user']!)).toEqual(['good', 'also']);
});

test('R7: an odd row of user/list_id costs its department only, and known ones stay', async () => {
  const rows = [
    { userid: 'Odd', department: 1 },
    { userid: 'Odd', department: 'x' },
    { userid: 'good', department: 2 },
  ];
  answer('user/list_id', { next_cursor: '', dept_user: rows });
  const whole = await read({ contactSecret: fake.contactSecret });
  expect(whole.records['user']!['odd']).toMatchObject({ username: 'Odd', departments: [{ uid: '1' }] });
  expect(whole.leftOut['user']).toEqual({ odd: [expect.stringMatching(/^departments wrong_type: department/)] });
  expect(rejectedOf(whole)).toEqual([]);
});

describe('R42: an answer that makes no sense in mid-read is transient', () => {
  test.each(GARBLED_ANSWERS)('once %s: asked again, and everyone is read', async (_, garbled) => {
    fake.faults.onCall = (api, calls) =>
      void (api === 'user/list' && calls === 2 && fake.faults.answers.push({ api, answer: garbled, times: 1 }));
    const whole = await read();
    expect(whole.error).toBeUndefined();
    expect(Object.keys(whole.records['user']!)).toEqual(['good', 'also']);
  });

  test.each(GARBLED_ANSWERS)('always %s: the read is to be done again, and no one is absent', async (_, garbled) => {
    fake.faults.answers.push({ api: 'user/list', answer: garbled, times: Infinity });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SyncError);
    expect((error as SyncError).advice.retry).toBe(true);
    expect((error as SyncError).code).toMatch(/^source_(unavailable|read)$/);
    expect(complete).toEqual(['department']);
  });

  test.each(GARBLED_ANSWERS)('a token answer that is %s is no matter of the options', async (_, garbled) => {
    fake.faults.answers.push({ api: 'gettoken', answer: garbled, times: Infinity });
    expect((await read()).error).toMatchObject({ advice: { retry: true } });
  });
});

test('48009 of contacts sync means ids only, as 48002 and 60011 do', async () => {
  for (const api of ['department/list', 'department/get', 'user/list', 'user/get']) {
    const forbidden = { json: { errcode: 48009, errmsg: 'api forbidden for contact assistant' } };
    fake.faults.answers.push({ api, answer: forbidden, times: Infinity });
  }
  const whole = await read({ contactSecret: fake.contactSecret });
  expect(whole.error).toBeUndefined();
  expect(whole.records['user']!['good']).toMatchObject({ username: 'good', departments: [{ uid: '2' }] });
  expect(whole.complete).toEqual(['department', 'user']);
});

test('export keys are 43 letters and digits that stand for 32 bytes', () => {
  const keys = Array.from({ length: 500 }, newAesKey);
  expect(new Set(keys).size).toBe(500);
  for (const key of keys) {
    expect(key).toMatch(/^[A-Za-z0-9]{43}$/);
    const bytes = Buffer.from(`${key}=`, 'base64');
    expect([bytes.length, bytes.toString('base64')]).toEqual([32, `${key}=`]);
  }
});
