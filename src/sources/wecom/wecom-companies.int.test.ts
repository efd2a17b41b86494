import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startFakeWecom } from '../../testing/fakes/fake-wecom.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { peopleIn, peopleOf, randomCompany } from '../../testing/worlds/random-company.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { respell, seeded } from '../../testing/worlds/respell.js';
import { wecomAdapter } from './wecom.adapter.js';

test.each([['app'], ['both'], ['export']] as const)(
  '%s: any company in any legal spelling is read as it is',
  async (how) => {
    const company = fc.asyncProperty(randomCompany(), async (given) => {
      const world = createJsonWorld();
      const fake = await startFakeWecom({ clock: world.clock, idPageSize: given.pageSize });
      try {
        for (const { id, parent, name } of given.departments)
          fake.departments.set(id, { id, name, parentid: parent, order: id });
        for (const { id, name, departments } of given.people) {
          fake.members.set(id, {
            userid: id,
            name,
            department: [...departments],
            status: 1,
            position: 'x',
            mobile: '1',
          });
        }
        const random = seeded(given.seed);
        fake.faults.respell = (json) => respell(json, random);
        const config = {
          ...{ corpId: fake.corpId, appSecret: fake.appSecret, baseUrl: fake.baseUrl },
          ...(how === 'both' ? { contactSecret: fake.contactSecret } : {}),
          ...(how === 'export' ? { read: 'export' } : {}),
        };
        const { records, complete, error, messages } = await readAdapter(wecomAdapter(world), config);
        expect([error, messages.filter((one) => one.type === 'rejected')]).toEqual([undefined, []]);
        expect(complete).toEqual(['department', 'user']);
        expect(peopleIn(records['user']!)).toEqual(peopleOf(given, String));
        const root: [string, object][] = [['1', { title: 'Acme', parentUid: null }]];
        const others = given.departments.map(({ id, parent, name }): [string, object] => [
          String(id),
          { title: name, parentUid: String(parent) },
        ]);
        expect(records['department']).toMatchObject(Object.fromEntries([...root, ...others]));
        expect(Object.keys(records['department']!)).toHaveLength(given.departments.length + 1);
      } finally {
        await fake.stop();
      }
    });
    await fc.assert(company, { numRuns: 40 });
  },
  60_000,
);
