import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DINGTALK_APP, FakeDingtalk } from '../../testing/fakes/fake-dingtalk.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { peopleIn, peopleOf, randomCompany } from '../../testing/worlds/random-company.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { respell, seeded } from '../../testing/worlds/respell.js';
import { dingtalkAdapter } from './dingtalk.adapter.js';

test.each([
  ['by default', {}],
  ['with superiors', { superiors: true }],
  ['without details', { departmentDetails: false }],
])(
  '%s: any company in any legal spelling is read as it is',
  async (_, options) => {
    const company = fc.asyncProperty(randomCompany(), async (given) => {
      const fake = await FakeDingtalk.start();
      try {
        fake.pageSize = given.pageSize;
        for (const { id, parent, name } of given.departments) fake.company.addDepartment(id, name, parent);
        for (const { id, name, departments } of given.people)
          fake.company.addUser(id, departments, { name, title: 'x' });
        const random = seeded(given.seed);
        fake.api.respell = (json) => respell(json, random);
        const config = { ...DINGTALK_APP, baseUrl: fake.api.url, newBaseUrl: fake.api.url, ...options };
        const { records, complete, error, messages } = await readAdapter(dingtalkAdapter(createJsonWorld()), config);
        expect([error, messages.filter((one) => one.type === 'rejected')]).toEqual([undefined, []]);
        expect(complete).toEqual(['department', 'user']);
        expect(peopleIn(records['user']!)).toEqual(peopleOf(given, String));
        const root: [string, object][] = [['1', { title: 'Example Ltd', parentUid: null }]];
        const others = given.departments.map(({ id, parent, name }): [string, object] => [
          String(id),
          { title: name, parentUid: String(parent) },
        ]);
        expect(records['department']).toMatchObject(Object.fromEntries([...root, ...others]));
        expect(Object.keys(records['department']!)).toHaveLength(given.departments.length + 1);
      } finally {
        await fake.close();
      }
    });
    await fc.assert(company, { numRuns: 40 });
  },
  60_000,
);
