import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { type FakeWecom, startFakeWecom } from '../../testing/fakes/fake-wecom.js';
import { describeRights, type RightsRow, type RightsScene } from '../../testing/rights-table.js';
import { wecomAdapter } from './wecom.adapter.js';

type Secrets = 'app' | 'contacts' | 'both';

/** Two members: one in two departments with a value in each field, one with the values that replace missing ones. */
async function start(secrets: Secrets): Promise<RightsScene<FakeWecom>> {
  const world = createJsonWorld();
  const fake = await startFakeWecom({ clock: world.clock, newIp: false });
  fake.departments.set(2, { id: 2, name: 'Sales', parentid: 1, order: 20, department_leader: ['u1'] });
  fake.departments.set(3, { id: 3, name: 'Field', parentid: 2, order: 10, department_leader: [] });
  fake.members.set('u1', {
    ...{ userid: 'u1', name: 'Ann', department: [3, 2], order: [5, 7], is_leader_in_dept: [0, 1], main_department: 2 },
    ...{ direct_leader: ['u2'], status: 1, position: 'Engineer', mobile: '13800000001', email: 'ann@home.example' },
    ...{ biz_mail: 'ann@corp.example', extattr: { attrs: [{ type: 0, name: 'Desk', text: { value: '4' } }] } },
  });
  fake.members.set('u2', {
    ...{ userid: 'u2', name: 'Bob', department: [2], order: [1], is_leader_in_dept: [0], main_department: 2 },
    ...{ direct_leader: [], status: 2, position: '', mobile: '', email: '', biz_mail: 'bob@corp.example' },
  });
  const change = () => {
    fake.departments.get(2)!.name = 'Sales 2';
    Object.assign(fake.members.get('u1')!, { position: 'Lead', mobile: '13800000002', email: 'ann@new.example' });
    Object.assign(fake.members.get('u2')!, { status: 1, biz_mail: 'bob@new.example', is_leader_in_dept: [1] });
  };
  const hints = [
    ...['u1', 'u2'].map((externalId) => ({ kind: 'user' as const, externalId })),
    ...['2', '3'].map((externalId) => ({ kind: 'department' as const, externalId })),
  ];
  const config = {
    ...{ corpId: fake.corpId, baseUrl: fake.baseUrl },
    ...(secrets === 'contacts' ? {} : { appSecret: fake.appSecret }),
    ...(secrets === 'app' ? {} : { contactSecret: fake.contactSecret }),
  };
  return { fake, adapter: wecomAdapter(world), config, hints, change, close: () => fake.stop() };
}

type Row = RightsRow<FakeWecom>;

const field = (right: string, check: RegExp, ...keys: readonly string[]): Row => ({
  right,
  take: ({ faults }) => (faults.respell = (json) => without(json, keys)),
  giveBack: ({ faults }) => delete faults.respell,
  check,
});

/** Every request to these calls is answered with this code. */
const refused = (
  right: string,
  code: number,
  apis: readonly string[],
  more: Omit<Row, 'right' | 'take' | 'giveBack'>,
) => ({
  right,
  take: ({ faults }: FakeWecom) => {
    const answer = { json: { errcode: code, errmsg: 'no privilege, from ip: 203.0.113.7' } };
    for (const api of apis) faults.answers.push({ api, answer, times: Infinity });
  },
  giveBack: ({ faults }: FakeWecom) => void faults.answers.splice(0),
  ...more,
});

const HIDDEN = ['mobile', 'email', 'biz_mail', 'avatar', 'gender', 'address'];
const DETAILS = ['department/list', 'department/get', 'user/list', 'user/get'];

const FIELDS = [
  field('mobile, e-mail and the rest that apps made since 2022-06-20 lack', /no e-mail .* no phone/, ...HIDDEN),
  field('mobile', /no phone numbers/, 'mobile'),
  field('e-mail', /in the visible range/, 'email'),
  field('company e-mail', /in the visible range/, 'biz_mail'),
  field('names', /in the visible range/, 'name'),
  field('positions', /in the visible range/, 'position'),
  field('status', /in the visible range/, 'status'),
  field('superiors', /in the visible range/, 'direct_leader'),
  field('departments of members', /in the visible range/, 'department', 'order', 'is_leader_in_dept'),
  field('orders', /in the visible range/, 'order'),
  field('leads', /in the visible range/, 'is_leader_in_dept', 'department_leader'),
  field('main departments', /in the visible range/, 'main_department'),
  field('parents of departments', /in the visible range/, 'parentid'),
  field('custom fields', /in the visible range/, 'extattr'),
];

describeRights('wecom with an app', () => start('app'), [
  ...FIELDS.filter(({ right }) => right !== 'departments of members'),
  ...[48002, 48009, 60011].map((code) =>
    refused(`details (${code})`, code, DETAILS, {
      check: /secret of a self-built app/,
      fails: /secret of a self-built app/,
      deltaFails: null,
    }),
  ),
  refused('the address (60020)', 60020, [...DETAILS, 'department/simplelist'], {
    check: /203\.0\.113\.7/,
    fails: /203\.0\.113\.7/,
  }),
]);

describeRights('wecom with contacts sync', () => start('contacts'), [
  ...[48002, 48009, 60011].map((code) => refused(`details (${code})`, code, DETAILS, { check: /ids only/ })),
]);

describeRights('wecom with both', () => start('both'), [
  ...FIELDS.filter(({ right }) => /mobile, e-mail|names|leads/.test(right)),
  ...[48002, 48009, 60011].map((code) =>
    refused(`ids (${code})`, code, ['user/list_id'], { check: /contacts sync/, fails: /contacts sync/ }),
  ),
]);

/**
 * The answer without these fields of members and departments; custom fields and the list of departments are complete.
 */
function without(json: unknown, fields: readonly string[]): unknown {
  const text = JSON.stringify(json, function (this: object, key, value: unknown) {
    const isField = Object.hasOwn(this, 'userid') || Object.hasOwn(this, 'id');
    return isField && fields.includes(key) ? undefined : value;
  });
  return JSON.parse(text);
}
