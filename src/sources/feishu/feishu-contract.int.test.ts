import { FakeFeishu, FEISHU_APP } from '../../testing/fakes/fake-feishu.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { type AdapterFixture, describeAdapterContract, type IdsByKind } from '../source-adapter.contract.js';
import type { SourceAdapter } from '../source-adapter.js';
import { feishuAdapter } from './feishu.adapter.js';

/** 70 departments are two pages, and 60 people in one of them are two more. */
function fill({ tenant }: FakeFeishu): IdsByKind {
  for (let at = 1; at <= 70; at += 1)
    tenant.addDepartment(`od-${at}`, `Department ${at}`, at <= 5 ? '0' : `od-${at % 5 || 5}`);
  for (let at = 1; at <= 60; at += 1) tenant.addUser(`u${at}`, ['od-1']);
  tenant.addUser('three', ['od-2', 'od-3', 'od-4']);
  tenant.addUser('top', ['0']);
  return { department: [...tenant.departments.keys()], user: [...tenant.users.keys()] };
}

describeAdapterContract({
  name: 'feishu',
  create(): Promise<AdapterFixture> {
    const fakes: FakeFeishu[] = [];
    const scene = async (options: object = {}) => {
      const fake = await FakeFeishu.start();
      fakes.push(fake);
      const ids = fill(fake);
      const config = { ...FEISHU_APP, baseUrl: fake.api.url, ...options };
      return { fake, ids, config, adapter: feishuAdapter(createJsonWorld()) as SourceAdapter };
    };
    return Promise.resolve({
      secrets: ['appSecret', 'encryptKey', 'verificationToken'],
      whole: () => scene(),
      async failing() {
        const { fake, ...rest } = await scene();
        fake.api.fail({ api: 'users/find_by_department', after: 4, trouble: 'cut' });
        return { ...rest, kind: 'user' };
      },
      async hanging() {
        const { fake, ...rest } = await scene();
        fake.api.fail({ api: 'users/find_by_department', trouble: 'hang' });
        return { ...rest, asked: fake.api.called('users/find_by_department') };
      },
      duplicates: { cannot: 'every department lists its people, so who comes twice is one person' },
      async bad() {
        const wrong = async (name: string, hint: RegExp, change: object | ((fake: FakeFeishu) => void)) => {
          const { fake, ...rest } = await scene(typeof change === 'function' ? {} : change);
          if (typeof change === 'function') change(fake);
          return { ...rest, name, hint };
        };
        return [
          await wrong('another secret', /app secret/, { appSecret: 'not-the-secret-at-all' }),
          await wrong('another app', /app ID/, { appId: 'cli_other' }),
          await wrong('an empty scope', /contact scope/, (fake) => {
            fake.tenant.scope = { departments: [], users: [] };
          }),
          await wrong('no right to read', /contact:contact\.base:readonly/, (fake) => {
            fake.tenant.rights.delete('contact:contact.base:readonly');
          }),
          await wrong('no right to see user_id', /contact:user\.employee_id:readonly/, (fake) => {
            fake.tenant.rights.delete('contact:user.employee_id:readonly');
          }),
          await wrong('no right to see names of departments', /contact:department\.base:readonly/, (fake) => {
            fake.tenant.rights.delete('contact:department.base:readonly');
          }),
          await wrong('our address is not allowed', /IP allow-list/, (fake) => {
            const json = { code: 99991401, msg: 'ip 203.0.113.7 denied' };
            fake.api.fail({ api: 'departments/children', trouble: { status: 400, json } });
          }),
        ];
      },
      async delta() {
        const { fake, ids: _, ...rest } = await scene();
        return {
          ...rest,
          change() {
            const { departments, users } = fake.tenant;
            departments.get('od-2')!.name = 'Renamed';
            users.get('u1')!.departments = [{ id: 'od-3', order: 1, primary: true }];
            users.delete('u2');
            departments.delete('od-70');
            return Promise.resolve({
              present: { department: ['od-2'], user: ['u1', 'three'] },
              gone: { department: ['od-70'], user: ['u2'] },
              hints: [
                { kind: 'user', externalId: 'u1' },
                { kind: 'user', externalId: 'u2' },
                { kind: 'department', externalId: 'od-2' },
                { kind: 'department', externalId: 'od-70' },
              ],
            });
          },
        };
      },
      async close() {
        for (const fake of fakes) await fake.close();
      },
    });
  },
});
