import { AppType, Client, LoggerLevel } from '@larksuiteoapi/node-sdk';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FakeFeishu, FEISHU_APP } from './fake-feishu.js';

// The suite's own SDK is the judge of the fake: it pages, reads and names the fields as the real API requires it.

let fake: FakeFeishu;
let client: Client;

beforeAll(async () => {
  fake = await FakeFeishu.start();
  const { appId, appSecret } = FEISHU_APP;
  const domain = fake.api.url;
  client = new Client({ appId, appSecret, domain, appType: AppType.SelfBuild, loggerLevel: LoggerLevel.fatal });
  for (let at = 1; at <= 120; at += 1)
    fake.tenant.addDepartment(`od-${at}`, `Department ${at}`, at <= 10 ? '0' : `od-${at % 10 || 10}`);
  for (let at = 1; at <= 130; at += 1) fake.tenant.addUser(`u${at}`, ['od-1'], { leader: 'u1' });
  fake.tenant.departments.get('od-1')!.leaders = ['u1', 'u2'];
});
afterAll(() => fake.close());

const ids = { department_id_type: 'open_department_id', user_id_type: 'user_id' } as const;

test('the SDK pages through all departments of the fake and finds what its types promise', async () => {
  const params = { ...ids, fetch_child: true, page_size: 50 };
  const found = [];
  const pages = await client.contact.v3.department.childrenWithIterator({ params, path: { department_id: '0' } });
  for await (const page of pages) found.push(...(page?.items ?? []));
  expect(found.map((one) => one.open_department_id).sort()).toEqual([...fake.tenant.departments.keys()].sort());
  const first = found.find((one) => one.open_department_id === 'od-1');
  expect(first).toMatchObject({ name: 'Department 1', parent_department_id: '0', leader_user_id: 'u1' });
  expect(first?.leaders).toEqual([
    { leaderType: 1, leaderID: 'u1' },
    { leaderType: 2, leaderID: 'u2' },
  ]);
  expect(typeof first?.order).toBe('string');
  expect(fake.api.count('departments/children')).toBe(3);
});

test('the SDK pages through the members of a department', async () => {
  const params = { ...ids, department_id: 'od-1', page_size: 50 };
  const found = [];
  for await (const page of await client.contact.v3.user.findByDepartmentWithIterator({ params })) {
    found.push(...(page?.items ?? []));
  }
  expect(found.map((one) => one.user_id)).toEqual([...fake.tenant.users.keys()]);
  const [first] = found;
  expect(first).toMatchObject({ open_id: 'ou_u1', union_id: 'on_u1', leader_user_id: 'u1', department_ids: ['od-1'] });
  expect(first?.status).toMatchObject({ is_frozen: false, is_resigned: false, is_exited: false, is_unjoin: false });
  expect(first?.orders).toEqual([
    { department_id: 'od-1', user_order: 10, department_order: 1, is_primary_dept: true },
  ]);
});

test('the SDK reads one person, several people, one department and the scope', async () => {
  const { user, department, scope } = client.contact.v3;
  const one = await user.get({ params: ids, path: { user_id: 'u3' } });
  expect(one.data?.user).toMatchObject({ user_id: 'u3', name: 'Person u3' });
  const several = await user.batch({ params: { ...ids, user_ids: ['u3', 'u4'] } });
  expect(several.data?.items?.map((item) => item.user_id)).toEqual(['u3', 'u4']);
  const unit = await department.get({ params: ids, path: { department_id: 'od-2' } });
  expect(unit.data?.department).toMatchObject({ open_department_id: 'od-2', parent_department_id: '0' });
  fake.tenant.scope = { departments: ['od-2'], users: ['u3'] };
  const seen = await scope.list({ params: ids });
  expect(seen.data).toMatchObject({ department_ids: ['od-2'], user_ids: ['u3'], has_more: false });
  fake.tenant.scope = 'all';
});
