import { DINGTALK_APP, FakeDingtalk } from '../../testing/fakes/fake-dingtalk.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { type AdapterFixture, describeAdapterContract, type IdsByKind } from '../source-adapter.contract.js';
import type { SourceAdapter } from '../source-adapter.js';
import { dingtalkAdapter } from './dingtalk.adapter.js';

/** 120 people in one department are two pages. */
function fill({ company }: FakeDingtalk): IdsByKind {
  for (let at = 2; at <= 20; at += 1) company.addDepartment(at, `Department ${at}`, at <= 5 ? 1 : (at % 4) + 2);
  for (let at = 1; at <= 120; at += 1) company.addUser(`u${at}`, [2]);
  company.addUser('three', [3, 4, 5]);
  company.addUser('top', [1]);
  return { department: [...company.departments.keys()].map(String), user: [...company.users.keys()] };
}

describeAdapterContract({
  name: 'dingtalk',
  create(): Promise<AdapterFixture> {
    const fakes: FakeDingtalk[] = [];
    const scene = async (options: object = {}) => {
      const fake = await FakeDingtalk.start();
      fakes.push(fake);
      const ids = fill(fake);
      const config = { ...DINGTALK_APP, baseUrl: fake.api.url, newBaseUrl: fake.api.url, ...options };
      return { fake, ids, config, adapter: dingtalkAdapter(createJsonWorld()) as SourceAdapter };
    };
    return Promise.resolve({
      secrets: ['appSecret', 'callbackAesKey', 'callbackToken'],
      whole: () => scene(),
      async failing() {
        const { fake, ...rest } = await scene();
        fake.api.fail({ api: 'user/list', after: 4, trouble: 'cut' });
        return { ...rest, kind: 'user' };
      },
      async hanging() {
        const { fake, ...rest } = await scene();
        fake.api.fail({ api: 'user/list', trouble: 'hang' });
        return { ...rest, asked: fake.api.called('user/list') };
      },
      duplicates: { cannot: 'every department lists its people, so who comes twice is one person' },
      async bad() {
        const wrong = async (name: string, hint: RegExp, change: object | ((fake: FakeDingtalk) => void)) => {
          const { fake, ...rest } = await scene(typeof change === 'function' ? {} : change);
          if (typeof change === 'function') change(fake);
          return { ...rest, name, hint };
        };
        return [
          await wrong('another secret', /app secret/, { appSecret: 'not-the-secret-at-all' }),
          await wrong('another app', /app key/, { appKey: 'dingother' }),
          await wrong('an empty scope', /range of contacts/, ({ company }) => {
            company.scope = { departments: [], users: [] };
          }),
          await wrong('no right to read departments', /qyapi_get_department_list/, ({ company }) => {
            company.rights.delete('qyapi_get_department_list');
          }),
          await wrong('no right to read members', /qyapi_get_department_member/, ({ company }) => {
            company.rights.delete('qyapi_get_department_member');
          }),
          await wrong('our address is not allowed', /203\.0\.113\.7/, ({ api }) => {
            const json = { errcode: 60020, errmsg: '访问ip不在白名单之中,request ip=203.0.113.7' };
            api.fail({ api: 'auth/scopes', trouble: { json } });
          }),
        ];
      },
      async delta() {
        const { fake, ids: _, ...rest } = await scene();
        return {
          ...rest,
          change() {
            const { departments, users } = fake.company;
            departments.get(3)!.name = 'Renamed';
            users.get('u1')!.departments = [{ id: 4, order: 1, leader: false }];
            users.delete('u2');
            departments.delete(20);
            return Promise.resolve({
              present: { department: ['3'], user: ['u1', 'three'] },
              gone: { department: ['20'], user: ['u2'] },
              hints: [
                { kind: 'user', externalId: 'u1' },
                { kind: 'user', externalId: 'u2' },
                { kind: 'department', externalId: '3' },
                { kind: 'department', externalId: '20' },
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
