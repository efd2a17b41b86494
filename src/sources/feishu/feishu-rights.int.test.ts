import { FakeFeishu, FEISHU_APP } from '../../testing/fakes/fake-feishu.js';
import type { FeishuUser } from '../../testing/fakes/feishu-tenant.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { describeRights, type RightsRow, type RightsScene } from '../../testing/rights-table.js';
import { feishuAdapter } from './feishu.adapter.js';

/** Two people: one with a value in each field, one with the values that replace missing ones. */
async function start(options: object = {}): Promise<RightsScene<FakeFeishu>> {
  const fake = await FakeFeishu.start();
  const { tenant } = fake;
  tenant.addDepartment('od-1', 'Sales', '0', { order: '20', leaders: ['u1'] });
  tenant.addDepartment('od-2', 'Field', 'od-1', { order: '10', leaders: ['u2'] });
  const full: Partial<FeishuUser> = {
    ...{ employeeNo: 'E1', enterpriseEmail: 'u1@corp.example', email: 'u1@home.example', mobile: '+8613800000001' },
    ...{ jobTitle: 'Engineer', leader: 'u2', customAttrs: [{ id: 'C-1', type: 'TEXT', value: { text: 'blue' } }] },
  };
  tenant.addUser('u1', ['od-2', 'od-1'], full);
  tenant.addUser('u2', ['od-1'], { email: 'u2@home.example', enterpriseEmail: '', status: 'frozen' });
  const change = () => {
    tenant.departments.get('od-1')!.name = 'Sales 2';
    tenant.departments.get('od-2')!.leaders = ['u1'];
    Object.assign(tenant.users.get('u1')!, { employeeNo: 'E2', mobile: '+8613800000002', jobTitle: 'Lead' });
    Object.assign(tenant.users.get('u2')!, { email: 'u2@new.example', status: 'active', leader: 'u1' });
  };
  const prefix = 'identity' in options ? 'on_' : '';
  const hints = [
    ...['u1', 'u2'].map((id) => ({ kind: 'user' as const, externalId: prefix + id })),
    ...['od-1', 'od-2'].map((externalId) => ({ kind: 'department' as const, externalId })),
  ];
  const config = { ...FEISHU_APP, baseUrl: fake.api.url, ...options };
  return { fake, adapter: feishuAdapter(createJsonWorld()), config, hints, change, close: () => fake.close() };
}

const row = (
  right: string,
  more: Omit<RightsRow<FakeFeishu>, 'right' | 'take' | 'giveBack'>,
): RightsRow<FakeFeishu> => ({
  right,
  take: ({ tenant }) => void right.split(' and ').map((one) => tenant.rights.delete(one)),
  giveBack: ({ tenant }) => void right.split(' and ').map((one) => tenant.rights.add(one)),
  ...more,
});

const ROWS = [
  row('contact:contact.base:readonly', { check: /contact:contact\.base:readonly/, fails: /contact\.base:readonly/ }),
  row('contact:user.base:readonly', { check: /name \(contact:user\.base:readonly\)/ }),
  row('contact:user.email:readonly', { check: /email \(contact:user\.email:readonly\)/ }),
  row('contact:user.phone:readonly', { check: /mobile \(contact:user\.phone:readonly\)/ }),
  row('contact:user.department:readonly', { check: /department_ids \(contact:user\.department:readonly\)/ }),
  row('contact:user.employee:readonly', { check: /status \(contact:user\.employee:readonly\)/ }),
  row('contact:user.employee_number:read', { check: /access to the whole company/ }),
  row('contact:user.employee:readonly and contact:user.employee_number:read', {
    check: /employee_no \(contact:user\.employee_number:read\)/,
  }),
  row('contact:department.base:readonly', { check: /contact:department\.base:readonly/ }),
  row('contact:department.organize:readonly', { check: /contact:department\.organize:readonly/ }),
  {
    right: 'the number alone, where the status is still shown',
    take: ({ api }) => (api.respell = (json) => without(json, 'employee_no')),
    giveBack: ({ api }) => (api.respell = (json) => json),
    check: /employee_no \(contact:user\.employee_number:read\)/,
  },
  {
    right: 'the range of contacts, all of it',
    take: ({ tenant }) => void (tenant.scope = { departments: [], users: [] }),
    giveBack: ({ tenant }) => void (tenant.scope = 'all'),
    check: /access to no contacts/,
    fails: /access to no contacts/,
  },
] satisfies RightsRow<FakeFeishu>[];

describeRights('feishu by user_id', start, [
  ...ROWS,
  row('contact:user.employee_id:readonly', {
    check: /contact:user\.employee_id:readonly/,
    fails: /employee_id:readonly/,
  }),
]);

describeRights('feishu by union_id', () => start({ identity: 'union_id' }), [
  ...ROWS.slice(1, -1),
  row('contact:user.employee_id:readonly', { check: /user_id \(contact:user\.employee_id:readonly\)/ }),
]);

/** The answer without this field, in any place. */
function without(json: unknown, field: string): unknown {
  return JSON.parse(JSON.stringify(json, (key, value: unknown) => (key === field ? undefined : value)));
}
