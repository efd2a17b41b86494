import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SourceAuthError, SyncError } from '../../domain/errors.js';
import { FakeFeishu, FEISHU_APP } from '../../testing/fakes/fake-feishu.js';
import type { FakeCall } from '../../testing/fakes/fake-http-api.js';
import { GARBLED_ANSWERS } from '../../testing/fakes/garbled-answers.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { feishuAdapter } from './feishu.adapter.js';

let fake: FakeFeishu;
beforeEach(async () => {
  fake = await FakeFeishu.start();
  fake.tenant.addDepartment('od-2', 'Sales');
  fake.tenant.addUser('good', ['od-2']);
  fake.tenant.addUser('also', ['0']);
});
afterEach(() => fake.close());

const config = () => ({ ...FEISHU_APP, baseUrl: fake.api.url });
const read = (request: Parameters<typeof readAdapter>[2] = {}) =>
  readAdapter(feishuAdapter(createJsonWorld()), config(), request as never);
const check = () =>
  feishuAdapter(createJsonWorld()).check({
    sourceId: 's',
    config: config(),
    signal: new AbortController().signal,
  });
const rejectedOf = ({ messages }: Awaited<ReturnType<typeof read>>) =>
  messages.filter((message) => message.type === 'rejected');
const data = (value: unknown) => ({ json: { code: 0, msg: 'success', data: value } });
const inDepartment = (id: string) => (call: FakeCall) => call.query.get('department_id') === id;
/** Department od-2 lists these. */
const members = (...items: unknown[]) =>
  fake.api.fail({
    api: 'users/find_by_department',
    trouble: (call) => (inDepartment('od-2')(call) ? data({ has_more: false, items }) : null),
  });

const GOOD = { user_id: 'good', name: 'Good', department_ids: ['od-2'] };

describe('R7: an odd field is left out and named; the person and the others are read', () => {
  test.each([
    ['departments that are no list', { department_ids: 'all' }, /^departments wrong_type: department_ids/],
    ['a department that is an object', { department_ids: [{}, 'od-2'] }, /^departments wrong_type: department_ids\.0/],
    ['a null among the departments', { department_ids: [null, 'od-2'] }, /^departments wrong_type: department_ids\.0/],
    ['a name that is an object', { name: {} }, /^nickname wrong_type: name/],
    ['an e-mail that is an object', { email: {} }, /^email wrong_type: email/],
    ['a company e-mail that is a yes', { enterprise_email: true }, /^email wrong_type: enterprise_email/],
    ['a mobile that is a list', { mobile: [] }, /^phone wrong_type: mobile/],
    ['a job title that is a list', { job_title: ['a'] }, /^title wrong_type: job_title/],
    ['an employee number that is an object', { employee_no: {} }, /^username wrong_type: employee_no/],
    ['a superior that is a list', { leader_user_id: ['good'] }, /^managerUid wrong_type: leader_user_id/],
    ['a status that is a word', { status: 'active' }, /^active wrong_type: status/],
    [
      'a flag that is a text (R4)',
      { status: { is_frozen: 'false', is_resigned: false } },
      /^active wrong_type: status\.is_frozen/,
    ],
    ['a flag that is a number (R4)', { status: { is_exited: 1 } }, /^active wrong_type: status\.is_exited/],
    ['orders that are words', { orders: ['first'] }, /^departments\.order wrong_type: orders\.0/],
    ['custom fields that are an object', { custom_attrs: {} }, /^attributes wrong_type: custom_attrs/],
  ])('%s', async (_, odd, problem) => {
    members({ user_id: 'odd', name: 'Odd', employee_no: 'E1', department_ids: ['od-2'], ...odd }, GOOD);
    const whole = await read();
    expect([whole.error, rejectedOf(whole)]).toEqual([undefined, []]);
    expect(whole.leftOut).toEqual({ user: { odd: [expect.stringMatching(problem)] }, department: {} });
    const field = whole.leftOut['user']!['odd']![0]!.split(' ')[0]!;
    const record = whole.records['user']!['odd']!;
    expect(record).toMatchObject({
      ...(field === 'nickname' ? {} : { nickname: 'Odd' }),
      ...(field === 'username' ? {} : { username: 'E1' }),
      departments: [{ uid: 'od-2' }],
    });
    if (field !== 'departments') expect(record).not.toHaveProperty([field]);
    expect(whole.records['user']!['good']).toMatchObject({ nickname: 'Good' });
    expect(whole.complete).toEqual(['department', 'user']);
  });

  test('R4: a flag that says resigned counts beside one that can not be read', async () => {
    members({ user_id: 'odd', status: { is_resigned: true, is_frozen: 'no' } });
    const whole = await read();
    expect(whole.records['user']!['odd']).toMatchObject({ active: false });
    expect(whole.leftOut['user']!['odd']).toEqual([expect.stringMatching(/^attributes\.status wrong_type/)]);
  });

  test.each([
    ['no id', { name: 'unknown' }, 'missing_uid'],
    ['an empty id', { user_id: '' }, 'missing_uid'],
    ['an id that is a list', { user_id: ['a'] }, 'invalid_uid'],
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
    ['an id as number', { user_id: 1001, department_ids: ['od-2'] }, '1001', { departments: [{ uid: 'od-2' }] }],
    ['no departments', { user_id: 'a' }, 'a', { departments: [{ uid: 'od-2' }] }],
    [
      'nested nulls',
      { user_id: 'a', orders: [null], status: { is_frozen: null, is_exited: false }, custom_attrs: [null] },
      'a',
      { active: true },
    ],
    ['null everywhere', { user_id: 'a', name: null, orders: null, status: null, email: null }, 'a', { email: null }],
    ['a mobile as number', { user_id: 'a', mobile: 13800000000 }, 'a', { phone: '13800000000' }],
    ['an employee number that is a placeholder', { user_id: 'a', employee_no: '-' }, 'a', { username: 'a' }],
    [
      'a company e-mail that is a placeholder',
      { user_id: 'a', enterprise_email: 'N/A', email: 'a@x.example' },
      'a',
      { email: 'a@x.example' },
    ],
    ['a blank employee number', { user_id: 'a', employee_no: ' ' }, 'a', { username: 'a' }],
    [
      'a blank company e-mail',
      { user_id: 'a', enterprise_email: ' ', email: 'a@x.example' },
      'a',
      { email: 'a@x.example' },
    ],
    [
      'custom fields with the names of fields',
      {
        ...{ user_id: 'a', status: { is_frozen: false }, employee_no: 'E1' },
        custom_attrs: [
          { id: 'username', value: { text: 'root' } },
          { id: 'active', value: false },
        ],
      },
      'a',
      { username: 'E1', active: true, attributes: { username: 'root', active: false } },
    ],
    [
      'an order as text',
      { user_id: 'a', department_ids: ['od-2'], orders: [{ department_id: 'od-2', user_order: '9' }] },
      'a',
      { departments: [{ uid: 'od-2', order: 9 }] },
    ],
  ])('%s is another spelling, not an odd person', async (_, person, id, expected) => {
    members(person);
    const whole = await read();
    expect(rejectedOf(whole)).toEqual([]);
    expect(whole.records['user']![id]).toMatchObject(expected);
  });

  test('people without the id that the source uses mean a missing right, which is named', async () => {
    fake.api.fail({
      api: 'users/find_by_department',
      trouble: data({ has_more: false, items: [{ name: 'a' }, { name: 'b' }] }),
    });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SourceAuthError);
    expect((error as Error).message).toMatch(/contact:user\.employee_id:readonly/);
    expect(complete).toEqual(['department']);
  });
});

test('R7: an odd department costs its fields, one without an id is rejected, and members are read', async () => {
  const items = [
    { open_department_id: 'od-2', name: ['Sales'] },
    null,
    { open_department_id: 'od-3', leaders: [null], order: 7 },
  ];
  fake.tenant.addDepartment('od-3', 'Labs');
  fake.api.fail({
    api: 'departments/children',
    trouble: ({ query }) => (query.get('fetch_child') === 'true' ? data({ has_more: false, items }) : null),
  });
  const whole = await read();
  expect(whole.records['department']).toEqual({ 'od-2': {}, 'od-3': { order: 7 } });
  expect(whole.leftOut['department']).toEqual({ 'od-2': [expect.stringMatching(/^title wrong_type: name/)] });
  expect(Object.keys(whole.records['user']!).sort()).toEqual(['also', 'good']);
  expect(rejectedOf(whole)).toMatchObject([{ kind: 'department', externalId: null }]);
});

describe('R42: an answer that makes no sense in mid-read is transient', () => {
  test.each(GARBLED_ANSWERS)('%s', async (_, garbled) => {
    fake.api.fail({ api: 'users/find_by_department', after: 1, trouble: garbled });
    const { error, complete } = await read();
    expect(error).toBeInstanceOf(SyncError);
    expect((error as SyncError).advice.retry).toBe(true);
    expect((error as SyncError).code).toMatch(/^source_(unavailable|read)$/);
    expect(complete).toEqual(['department']);
  });

  test.each(GARBLED_ANSWERS.filter(([name]) => !/status 40[04]/.test(name)))(
    'once %s: asked again',
    async (_, garbled) => {
      for (const api of ['users/find_by_department', 'departments/children'])
        fake.api.fail({ api, times: 1, trouble: garbled });
      const { error, records } = await read();
      expect(error).toBeUndefined();
      expect(Object.keys(records['user']!).sort()).toEqual(['also', 'good']);
    },
  );
});

describe('hints', () => {
  const hints = [
    { kind: 'department', externalId: 'od-3' },
    { kind: 'department', externalId: 'od-2' },
    { kind: 'user', externalId: 'odd' },
    { kind: 'user', externalId: 'also' },
    { kind: 'user', externalId: 'left' },
  ];
  beforeEach(() => {
    fake.tenant.addDepartment('od-3', 'Odd');
    fake.tenant.addUser('odd', ['od-3']);
  });
  const trouble = (answer: ReturnType<typeof data> | { status: number; json: object }) => {
    fake.api.fail({ api: 'users/get', trouble: ({ path }) => (path.endsWith('/odd') ? answer : null) });
    fake.api.fail({ api: 'departments/get', trouble: ({ path }) => (path.endsWith('/od-3') ? answer : null) });
  };

  test.each([
    ['an unlisted code', { status: 400, json: { code: 40099, msg: 'x' } }],
    ['a code of another API', { status: 200, json: { code: 1470602, msg: 'x' } }],
    ['null in the place of data', data(null)],
    ['data of another form', data({ user: { user_id: ['?'] }, department: { open_department_id: {} } })],
    ['no data', { status: 200, json: { code: 0, msg: 'success' } }],
  ])('R47: one that answers with %s is named, and the others are read', async (_, answer) => {
    trouble(answer);
    const delta = await read({ mode: 'delta', hints });
    expect(delta.error).toBeUndefined();
    expect(rejectedOf(delta).map(({ kind, externalId, code }) => [kind, externalId, code])).toEqual([
      ['department', 'od-3', 'hint_unreadable'],
      ['user', 'odd', 'hint_unreadable'],
    ]);
    expect(Object.keys(delta.records['department']!)).toEqual(['od-2']);
    expect(Object.keys(delta.records['user']!).sort()).toEqual(['also', 'good']);
    expect(delta.gone['user']).toEqual(['left']);
    expect(delta.messages.at(-1)).toMatchObject({ type: 'checkpoint' });
  });

  test.each([
    [40004, 403],
    [40008, 400],
    [40015, 400],
  ])('a department that answers %i is gone', async (code, status) => {
    fake.api.fail({ api: 'departments/get', trouble: { status, json: { code, msg: 'x' } } });
    const delta = await read({ mode: 'delta', hints: [{ kind: 'department', externalId: 'od-3' }] });
    expect([delta.gone['department'], delta.error]).toEqual([['od-3'], undefined]);
  });
});

describe('rights and scope', () => {
  test('R3: without the right to leaders, and to departments of people, flags and order are not known', async () => {
    fake.tenant.departments.get('od-2')!.leaders = ['good'];
    const place = async () => ((await read()).records['user']!['good']!['departments'] as object[])[0];
    expect(await place()).toEqual({ uid: 'od-2', isMain: true, isOwner: true, order: 10 });
    fake.tenant.rights.delete('contact:department.organize:readonly');
    expect(await place()).toEqual({ uid: 'od-2', isMain: true, isOwner: null, order: 10 });
    fake.tenant.rights.delete('contact:user.department:readonly');
    expect(await place()).toEqual({ uid: 'od-2', isMain: null, isOwner: null, keepOrder: true });
  });

  test('a scope of people only is read and passes the check, also when some of them are gone', async () => {
    fake.tenant.scope = { departments: [], users: ['also', 'good'] };
    expect(await check()).toMatchObject({
      ok: true,
      hint: expect.stringMatching(/0 departments .* 2 individual people/),
    });
    const whole = await read();
    expect(Object.keys(whole.records['user']!).sort()).toEqual(['also', 'good']);
    expect(whole.complete).toEqual(['department', 'user']);
    fake.api.fail({
      api: 'users/get',
      trouble: ({ path }) => (path.endsWith('/also') ? { status: 400, json: { code: 41012, msg: 'x' } } : null),
    });
    expect(await check()).toMatchObject({ ok: true });
  });
});
