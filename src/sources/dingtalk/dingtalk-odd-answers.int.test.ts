import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SyncError } from '../../domain/errors.js';
import { DINGTALK_APP, FakeDingtalk } from '../../testing/fakes/fake-dingtalk.js';
import type { FakeCall } from '../../testing/fakes/fake-http-api.js';
import { GARBLED_ANSWERS } from '../../testing/fakes/garbled-answers.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { dingtalkAdapter } from './dingtalk.adapter.js';

let fake: FakeDingtalk;
beforeEach(async () => {
  fake = await FakeDingtalk.start();
  fake.company.addDepartment(2, 'Sales');
  fake.company.addUser('good', [2], { manager: 'also' });
  fake.company.addUser('also', [1]);
});
afterEach(() => fake.close());

const read = (options: object = {}, request: Parameters<typeof readAdapter>[2] = {}) =>
  readAdapter(
    dingtalkAdapter(createJsonWorld()),
    { ...DINGTALK_APP, baseUrl: fake.api.url, newBaseUrl: fake.api.url, ...options },
    request as never,
  );
const rejectedOf = ({ messages }: Awaited<ReturnType<typeof read>>) =>
  messages.filter((message) => message.type === 'rejected');
const result = (value: unknown) => ({ json: { errcode: 0, errmsg: 'ok', result: value } });
const of = (id: number) => (call: FakeCall) => (call.body as { dept_id: number }).dept_id === id;
/** Department 2 lists these. */
const members = (...list: unknown[]) =>
  fake.api.fail({
    api: 'user/list',
    trouble: (call) => (of(2)(call) ? result({ has_more: false, next_cursor: 0, list }) : null),
  });

const GOOD = { userid: 'good', name: 'Good', dept_id_list: [2], leader: false };

describe('R7: an odd field is left out and named; the person and the others are read', () => {
  test.each([
    ['departments that are no list', { dept_id_list: 'all' }, /^departments wrong_type: dept_id_list/],
    ['a department that is an object', { dept_id_list: [{}, 2] }, /^departments wrong_type: dept_id_list\.0/],
    ['a null among the departments', { dept_id_list: [null, 2] }, /^departments wrong_type: dept_id_list\.0/],
    ['a name that is an object', { name: {} }, /^nickname wrong_type: name/],
    ['an order that is a word', { dept_order: 'first' }, /^departments\.order wrong_type: dept_order/],
    ['a leader that is a text (R4)', { leader: 'false' }, /^departments\.isOwner wrong_type: leader/],
    ['a mobile that is a list', { mobile: [] }, /^phone wrong_type: mobile/],
    ["a country's code that is a list", { mobile: '1', state_code: [86] }, /^phone wrong_type: state_code/],
    ['an e-mail that is true', { email: true }, /^email wrong_type: email/],
    ['a company e-mail that is an object', { org_email: {}, email: 'a@x.example' }, /^email wrong_type: org_email/],
    ['a title that is a list', { title: ['a'] }, /^title wrong_type: title/],
    ['a job number that is an object', { job_number: {} }, /^username wrong_type: job_number/],
    ['a union id that is a yes', { unionid: true }, /^attributes\.unionId wrong_type: unionid/],
    ['an extension that is an object', { extension: {} }, /^attributes wrong_type: extension/],
  ])('%s', async (_, odd, problem) => {
    members({ userid: 'odd', name: 'Odd', job_number: 'E1', dept_id_list: [2], ...odd }, GOOD);
    const whole = await read();
    expect([whole.error, rejectedOf(whole)]).toEqual([undefined, []]);
    expect(whole.leftOut).toEqual({ user: { odd: [expect.stringMatching(problem)] }, department: {} });
    const field = whole.leftOut['user']!['odd']![0]!.split(' ')[0]!;
    const record = whole.records['user']!['odd']!;
    expect(record).toMatchObject({
      ...(field === 'nickname' ? {} : { nickname: 'Odd' }),
      ...(field === 'username' ? {} : { username: 'E1' }),
      ...{ active: true, departments: [{ uid: '2' }] },
    });
    if (field !== 'departments') expect(record).not.toHaveProperty([field]);
    expect(whole.records['user']!['good']).toMatchObject({ nickname: 'Good' });
    expect(whole.complete).toEqual(['department', 'user']);
  });

  test('a list of departments that can not be read is made up of the lists that have the person', async () => {
    const odd = { userid: 'odd', dept_id_list: 'all' };
    fake.api.fail({ api: 'user/list', trouble: () => result({ has_more: false, list: [odd] }) });
    const { departments } = (await read()).records['user']!['odd'] as { departments: { uid: string }[] };
    expect(departments.map(({ uid }) => uid).sort()).toEqual(['1', '2']);
  });

  test.each([
    ['no id', { name: 'unknown' }, 'missing_uid'],
    ['an id that is null', { userid: null }, 'missing_uid'],
    ['an id that is a fraction', { userid: 1.5 }, 'invalid_uid'],
    ['null', null, 'missing_uid'],
  ])('a person with %s is rejected, and the others are read', async (_, odd, code) => {
    members(odd, GOOD);
    const whole = await read();
    expect(Object.keys(whole.records['user']!).sort()).toEqual(['also', 'good']);
    expect(rejectedOf(whole)).toMatchObject([{ kind: 'user', externalId: null, code }]);
    expect(whole.complete).toEqual(['department', 'user']);
  });
});

describe('spellings that are no odd fields', () => {
  test.each([
    ['an id as number', { userid: 1001, dept_id_list: [2] }, '1001', { username: '1001' }],
    ['departments as text', { userid: 'a', dept_id_list: ['2'] }, 'a', { departments: [{ uid: '2' }] }],
    ['no departments', { userid: 'a' }, 'a', { departments: [{ uid: '2' }] }],
    [
      'null everywhere',
      { userid: 'a', name: null, leader: null, dept_order: null, extension: null },
      'a',
      { username: 'a' },
    ],
    ['a mobile as number', { userid: 'a', mobile: 13800000000, state_code: 86 }, 'a', { phone: '+86-13800000000' }],
    [
      "a country's code with a plus",
      { userid: 'a', mobile: '13800000000', state_code: '+86' },
      'a',
      { phone: '+86-13800000000' },
    ],
    [
      "a country's code with zeros",
      { userid: 'a', mobile: '13800000000', state_code: '0086' },
      'a',
      { phone: '+86-13800000000' },
    ],
    [
      "a country's code with blanks",
      { userid: 'a', mobile: '13800000000', state_code: ' 86 ' },
      'a',
      { phone: '+86-13800000000' },
    ],
    [
      "a country's code that is blank",
      { userid: 'a', mobile: '13800000000', state_code: ' ' },
      'a',
      { phone: '13800000000' },
    ],
    [
      "a mobile that repeats its country's code",
      { userid: 'a', mobile: '86-13800000000', state_code: '86' },
      'a',
      { phone: '+86-13800000000' },
    ],
    [
      'an international mobile after a blank',
      { userid: 'a', mobile: ' +86-13800000000', state_code: '86' },
      'a',
      { phone: '+86-13800000000' },
    ],
    ['a job number that is a placeholder', { userid: 'a', job_number: '-' }, 'a', { username: 'a' }],
    [
      'a company e-mail that is a placeholder',
      { userid: 'a', org_email: 'N/A', email: 'a@x.example' },
      'a',
      { email: 'a@x.example' },
    ],
    ['a blank job number', { userid: 'a', job_number: ' ' }, 'a', { username: 'a' }],
    ['a blank company e-mail', { userid: 'a', org_email: ' ', email: 'a@x.example' }, 'a', { email: 'a@x.example' }],
    [
      'an order as text',
      { userid: 'a', dept_id_list: [2], dept_order: '9' },
      'a',
      { departments: [{ uid: '2', order: 9 }] },
    ],
  ])('%s is another spelling, not an odd person', async (_, person, id, data) => {
    members(person);
    const whole = await read();
    expect(rejectedOf(whole)).toEqual([]);
    expect(whole.records['user']![id]).toMatchObject(data);
  });

  test('a list of null is empty, not broken', async () => {
    fake.api.fail({
      api: 'user/list',
      trouble: (call) => (of(2)(call) ? result({ has_more: false, list: null }) : null),
    });
    expect((await read()).complete).toEqual(['department', 'user']);
  });
});

describe('odd departments', () => {
  test('R7: an odd name costs the name; what is below and who is in the department are read', async () => {
    fake.company.addDepartment(3, 'Below', 2);
    fake.company.addUser('below', [3]);
    const list = [{ dept_id: 2, name: ['Sales'], parent_id: 1 }, null];
    const own = result({ dept_id: 2, name: ['Sales'], parent_id: 1 });
    fake.api.fail({ api: 'department/get', trouble: (call) => (of(2)(call) ? own : null) });
    fake.api.fail({ api: 'department/listsub', trouble: (call) => (of(1)(call) ? result(list) : null) });
    const whole = await read();
    expect(whole.records['department']).toMatchObject({ 1: {}, 2: { parentUid: '1' }, 3: {} });
    expect(whole.leftOut['department']).toEqual({ 2: [expect.stringMatching(/^title wrong_type: name/)] });
    expect(Object.keys(whole.records['user']!).sort()).toEqual(['also', 'below', 'good']);
    expect(rejectedOf(whole)).toMatchObject([{ kind: 'department', externalId: null }]);
  });

  test.each([
    ['an unlisted error', { json: { errcode: 33, errmsg: 'x' } }],
    ['a department of another form', result({ dept_id: 2, order: {} })],
  ])('one whose own call answers with %s is read as its parent lists it', async (_, trouble) => {
    fake.api.fail({ api: 'department/get', trouble: (call) => (of(2)(call) ? trouble : null) });
    const whole = await read();
    expect(whole.error).toBeUndefined();
    expect(whole.records['department']!['2']).toEqual({ title: 'Sales', parentUid: '1' });
    expect(whole.complete).toEqual(['department', 'user']);
  });
});

test.each([
  ['an unlisted error', { json: { errcode: 33, errmsg: 'x' } }],
  ['no such person', { json: { errcode: 60121, errmsg: 'x' } }],
  ['out of the range', { json: { errcode: 88, sub_code: '50002', sub_msg: 'x' } }],
])('a listed person whose own call answers with %s is read as the list has it', async (_, trouble) => {
  const isGood = (call: FakeCall) => (call.body as { userid: string }).userid === 'good';
  fake.api.fail({ api: 'user/get', trouble: (call) => (isGood(call) ? trouble : null) });
  const whole = await read({ superiors: true });
  expect(whole.error).toBeUndefined();
  expect(whole.records['user']!['good']).toMatchObject({ nickname: 'Person good', departments: [{ uid: '2' }] });
  expect(whole.records['user']!['good']).not.toHaveProperty('managerUid');
  expect(whole.complete).toEqual(['department', 'user']);
});

test('an odd field of a person asked for alone costs the field; what is not said there is as the list has it', async () => {
  const own = result({ userid: 'good', dept_order_list: 'none' });
  const isGood = (call: FakeCall) => (call.body as { userid: string }).userid === 'good';
  fake.api.fail({ api: 'user/get', trouble: (call) => (isGood(call) ? own : null) });
  const whole = await read({ superiors: true });
  expect(whole.records['user']!['good']).toMatchObject({ nickname: 'Person good', departments: [{ uid: '2' }] });
  expect(whole.leftOut['user']!['good']).toEqual([
    expect.stringMatching(/^departments\.order wrong_type: dept_order_list/),
  ]);
});

describe('R42: an answer that makes no sense in mid-read is transient', () => {
  test.each(GARBLED_ANSWERS)('%s', async (_, garbled) => {
    fake.api.fail({ api: 'user/list', after: 1, trouble: garbled });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SyncError);
    expect((error as SyncError).advice.retry).toBe(true);
    expect((error as SyncError).code).toMatch(/^source_(unavailable|read)$/);
    expect(complete).toEqual(['department']);
  });

  test.each(GARBLED_ANSWERS.filter(([name]) => !/status 40[04]/.test(name)))(
    'once %s: asked again',
    async (_, garbled) => {
      for (const api of ['user/list', 'department/listsub', 'department/get']) {
        fake.api.fail({ api, times: 1, trouble: garbled });
      }
      const { error, records } = await read();
      expect(error).toBeUndefined();
      expect(Object.keys(records['user']!).sort()).toEqual(['also', 'good']);
    },
  );
});

const isOdd = (call: FakeCall) => (call.body as { userid: string }).userid === 'odd';

describe('hints that can not be read are named, and the others are read', () => {
  test.each([
    ['an unlisted error', { json: { errcode: 33, errmsg: 'x' } }],
    ['an error inside 88', { json: { errcode: 88, sub_code: '400013', sub_msg: 'x' } }],
    ['an answer of another form', result({ userid: ['?'], dept_id: {} })],
    ['no result', { json: { errcode: 0, errmsg: 'ok' } }],
    ['null', result(null)],
  ])('%s', async (_, trouble) => {
    fake.api.fail({ api: 'user/get', trouble: (call) => (isOdd(call) ? trouble : null) });
    fake.api.fail({ api: 'department/get', trouble: (call) => (of(3)(call) ? trouble : null) });
    const hints = [
      { kind: 'department', externalId: '3' },
      { kind: 'department', externalId: '2' },
      { kind: 'user', externalId: 'odd' },
      { kind: 'user', externalId: 'also' },
      { kind: 'user', externalId: 'left' },
    ];
    fake.company.addDepartment(3, 'Odd');
    fake.company.addUser('odd', [3]);
    const delta = await read({}, { mode: 'delta', hints });
    expect(delta.error).toBeUndefined();
    const named = rejectedOf(delta).map(({ kind, externalId, code }) => [kind, externalId, code]);
    expect(named).toEqual([
      ['department', '3', 'hint_unreadable'],
      ['user', 'odd', 'hint_unreadable'],
    ]);
    expect(Object.keys(delta.records['department']!)).toEqual(['2']);
    expect(Object.keys(delta.records['user']!).sort()).toEqual(['also', 'good']);
    expect(delta.gone['user']).toEqual(['left']);
    expect(delta.messages.at(-1)).toMatchObject({ type: 'checkpoint' });
  });
});
