import { DINGTALK_APP, FakeDingtalk } from '../../testing/fakes/fake-dingtalk.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { describeRights, type RightsRow, type RightsScene } from '../../testing/rights-table.js';
import { dingtalkAdapter } from './dingtalk.adapter.js';

/** Two people: one in two departments with a value in each field, one with the values that replace missing ones. */
async function start(options: object = {}): Promise<RightsScene<FakeDingtalk>> {
  const fake = await FakeDingtalk.start();
  const { company } = fake;
  company.addDepartment(2, 'Sales', 1, { order: 20, managers: ['u1'] });
  company.addDepartment(3, 'Field', 2, { order: 10 });
  company.addUser('u1', [3, 2], {
    ...{ mobile: '13800000001', email: 'u1@home.example', orgEmail: 'u1@corp.example', title: 'Engineer' },
    ...{ jobNumber: 'J1', manager: 'u2', extension: { desk: '4' } },
    departments: [
      { id: 3, order: 5, leader: false },
      { id: 2, order: 7, leader: true },
    ],
  });
  company.addUser('u2', [2], { email: 'u2@home.example' });
  const change = () => {
    company.departments.get(2)!.name = 'Sales 2';
    company.departments.get(3)!.managers = ['u1'];
    const more = { jobNumber: 'J2', mobile: '13800000002', title: 'Lead', orgEmail: 'u1@new.example' };
    Object.assign(company.users.get('u1')!, { ...more, extension: { desk: '5' } });
    Object.assign(company.users.get('u2')!, { email: 'u2@new.example', jobNumber: 'J9' });
  };
  const hints = [
    ...['u1', 'u2'].map((externalId) => ({ kind: 'user' as const, externalId })),
    ...['2', '3'].map((externalId) => ({ kind: 'department' as const, externalId })),
  ];
  const config = { ...DINGTALK_APP, baseUrl: fake.api.url, newBaseUrl: fake.api.url, ...options };
  return { fake, adapter: dingtalkAdapter(createJsonWorld()), config, hints, change, close: () => fake.close() };
}

type Row = RightsRow<FakeDingtalk>;

const right = (name: string, more: Omit<Row, 'right' | 'take' | 'giveBack'>): Row => ({
  right: name,
  take: ({ company }) => void company.rights.delete(name),
  giveBack: ({ company }) => void company.rights.add(name),
  ...more,
});

/** Fields that an edition of DingTalk, or a later rule, leaves out. */
const field = (right: string, ...keys: readonly string[]): Row => ({
  right,
  take: ({ api }) => (api.respell = (json) => without(json, keys)),
  giveBack: ({ api }) => (api.respell = (json) => json),
  check: /access to the whole organisation/,
});

const ROWS = [
  right('qyapi_get_department_list', { check: /qyapi_get_department_list/, fails: /qyapi_get_department_list/ }),
  right('qyapi_get_department_member', { check: /qyapi_get_department_member/, fails: /qyapi_get_department_member/ }),
  right('fieldMobile', { check: /mobile \(fieldMobile\)/ }),
  right('fieldEmail', { check: /email \(fieldEmail\)/ }),
  field('job numbers', 'job_number'),
  field('names of people', 'name'),
  field('titles', 'title'),
  field("the country's code of mobiles", 'mobile', 'state_code'),
  field('company e-mail and e-mail', 'email', 'org_email'),
  field('custom fields', 'extension'),
  field('leads of people', 'leader', 'leader_in_dept'),
  field('managers of departments', 'dept_manager_userid_list'),
  field('orders', 'order', 'dept_order', 'dept_order_list'),
  field('parents of departments', 'parent_id'),
  field('departments of people', 'dept_id_list'),
  {
    right: 'the range of contacts, all of it',
    take: ({ company }) => void (company.scope = { departments: [], users: [] }),
    giveBack: ({ company }) => void (company.scope = { departments: [1], users: [] }),
    check: /access to no contacts/,
    fails: /access to no contacts/,
  },
] satisfies Row[];

describeRights('dingtalk', start, [
  ...ROWS,
  right('qyapi_get_member', { check: /qyapi_get_member/, deltaFails: /qyapi_get_member/ }),
]);

describeRights('dingtalk with superiors', () => start({ superiors: true }), [
  ...ROWS,
  right('qyapi_get_member', { check: /qyapi_get_member/, fails: /qyapi_get_member/ }),
]);

/** The answer without these fields, in any place. */
function without(json: unknown, fields: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(json, (key, value: unknown) => (fields.includes(key) ? undefined : value)));
}
