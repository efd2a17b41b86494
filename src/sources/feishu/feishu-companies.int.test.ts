import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FakeFeishu, FEISHU_APP } from '../../testing/fakes/fake-feishu.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { peopleIn, peopleOf, randomCompany } from '../../testing/worlds/random-company.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { respell, seeded } from '../../testing/worlds/respell.js';
import { feishuAdapter } from './feishu.adapter.js';

const idOf = (id: number): string => (id === 1 ? '0' : `od-${id}`);

test.each([['user_id'], ['open_id'], ['union_id']] as const)(
  'by %s: any company in any legal spelling is read as it is',
  async (identity) => {
    const company = fc.asyncProperty(randomCompany(), async (given) => {
      const fake = await FakeFeishu.start();
      try {
        fake.paging.pageSize = given.pageSize;
        for (const { id, parent, name } of given.departments) fake.tenant.addDepartment(idOf(id), name, idOf(parent));
        for (const { id, name, departments } of given.people) fake.tenant.addUser(id, departments.map(idOf), { name });
        const random = seeded(given.seed);
        fake.api.respell = (json) => respell(json, random);
        const config = { ...FEISHU_APP, baseUrl: fake.api.url, identity };
        const { records, complete, error, messages } = await readAdapter(feishuAdapter(createJsonWorld()), config);
        expect([error, messages.filter((one) => one.type === 'rejected')]).toEqual([undefined, []]);
        expect(complete).toEqual(['department', 'user']);
        const prefix = { user_id: '', open_id: 'ou_', union_id: 'on_' }[identity];
        const people = peopleOf(given, (id) => (id === 1 ? null : idOf(id)));
        const named = Object.fromEntries(Object.entries(people).map(([id, person]) => [prefix + id, person]));
        expect(peopleIn(records['user']!)).toEqual(named);
        const parentOf = (parent: number) => (parent === 1 ? null : idOf(parent));
        const tree = given.departments.map(({ id, parent, name }): [string, object] => [
          idOf(id),
          { title: name, parentUid: parentOf(parent) },
        ]);
        expect(records['department']).toMatchObject(Object.fromEntries(tree));
        expect(Object.keys(records['department']!)).toHaveLength(given.departments.length);
      } finally {
        await fake.close();
      }
    });
    await fc.assert(company, { numRuns: 40 });
  },
  60_000,
);
