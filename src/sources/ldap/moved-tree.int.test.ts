import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { type AdapterRead, readAdapter } from '../../testing/worlds/read-adapter.js';
import { ldifEntry } from '../../testing/servers/slapd-ldif.js';
import { startSlapdProxy } from '../../testing/servers/slapd-proxy.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import { ldapAdapter } from './ldap.adapter.js';

/**
 * A directory that changes during a read. Each change is made before each request of the read in turn; every record
 * must be correct before the change or after it.
 */
const describeWithSlapd = hasSlapd() ? describe : describe.skip;

const adapter = ldapAdapter({ egress: loopbackEgress });
const BASE = 'dc=example,dc=org';
const UNITS = ['Alpha', 'Beta', 'Gamma'] as const;
const unitDn = (name: string, parent = BASE) => `ou=${name},${parent}`;
const idOf = (kind: 'd' | 'e', at: number) => `${kind.repeat(8)}-0000-4000-8000-${String(at).padStart(12, '0')}`;
const UNIT = { alpha: idOf('d', 0), beta: idOf('d', 1), gamma: idOf('d', 2) };
/** Two people in each unit and one in a container in Alpha; person 0 leads all others and owns Gamma. */
const PEOPLE = UNITS.flatMap((unit) => [unit, unit]).map((unit, at) => ({ id: idOf('e', at), name: `p${at}`, unit }));
const personDn = (name: string, parent: string) => `uid=${name},${parent}`;
const LEADER = personDn('p0', unitDn('Alpha'));
const BOX = `cn=Box,${unitDn('Alpha')}`;
const BOXED = idOf('e', 6);

const person = (name: string, more: object = {}) => ({
  ...{ objectClass: 'inetOrgPerson', uid: name, cn: name, sn: name },
  ...more,
});
const LDIF = [
  ...UNITS.map((ou, at) =>
    ldifEntry(unitDn(ou), {
      ...{ objectClass: ['organizationalUnit', 'managedUnit'], ou, entryUUID: idOf('d', at) },
      ...(ou === 'Gamma' ? { managedBy: LEADER } : {}),
    }),
  ),
  ...PEOPLE.map(({ id, name, unit }, at) =>
    ldifEntry(personDn(name, unitDn(unit)), {
      ...person(name, { entryUUID: id }),
      ...(at > 0 ? { manager: LEADER } : {}),
    }),
  ),
  ldifEntry(BOX, { objectClass: 'applicationProcess', cn: 'Box' }),
  ldifEntry(personDn('p6', BOX), person('p6', { entryUUID: BOXED, manager: LEADER })),
].join('');

interface Change {
  readonly name: string;
  readonly make: (slapd: Slapd) => Promise<void>;
  readonly undo: (slapd: Slapd) => Promise<void>;
  /**
   * External id of a person → the units that are correct before or after the change, if they differ from the first one.
   */
  readonly also?: Readonly<Record<string, readonly string[]>>;
  /** People and units that exist only before or only after the change. */
  readonly comes?: readonly string[];
}

const rename = (name: string, from: string, to: string, also: Change['also'] = {}): Change => ({
  ...{ name, also },
  make: (slapd) => slapd.rename(from, to),
  undo: (slapd) => slapd.rename(to, from),
});
const newUnit = idOf('d', 9);
const newPerson = idOf('e', 9);

const CHANGES: readonly Change[] = [
  rename('a unit gets another name', unitDn('Beta'), unitDn('Beta and more')),
  rename('a unit gets another name in letter case only', unitDn('Beta'), unitDn('BETA')),
  rename('a unit moves into another one', unitDn('Beta'), unitDn('Beta', unitDn('Gamma'))),
  rename('the unit of the leader gets another name', unitDn('Alpha'), unitDn('Omega')),
  rename('the leader gets another name', LEADER, personDn('leader', unitDn('Alpha'))),
  rename('the leader moves to another unit', LEADER, personDn('p0', unitDn('Beta')), { [idOf('e', 0)]: [UNIT.beta] }),
  rename('a person gets another name', personDn('p3', unitDn('Beta')), personDn('p33', unitDn('Beta'))),
  rename('a person moves to another unit', personDn('p3', unitDn('Beta')), personDn('p3', unitDn('Gamma')), {
    [idOf('e', 3)]: [UNIT.gamma],
  }),
  rename('a container gets another name', BOX, `cn=Case,${unitDn('Alpha')}`),
  rename('a container moves to another unit', BOX, `cn=Box,${unitDn('Beta')}`, { [BOXED]: [UNIT.beta] }),
  {
    name: 'two units swap their names',
    make: async (slapd) => swap(slapd),
    undo: async (slapd) => swap(slapd),
  },
  {
    name: 'a unit and a person in it are created',
    comes: [newUnit, newPerson],
    also: { [newPerson]: [newUnit] },
    make: async (slapd) => {
      await slapd.add(unitDn('New'), {
        ...OPERATIONAL,
        objectClass: 'organizationalUnit',
        ou: 'New',
        entryUUID: newUnit,
      });
      await slapd.add(personDn('new', unitDn('New')), {
        ...OPERATIONAL,
        ...person('new', { manager: LEADER }),
        entryUUID: newPerson,
      });
    },
    undo: async (slapd) => {
      await slapd.remove(personDn('new', unitDn('New')));
      await slapd.remove(unitDn('New'));
    },
  },
  {
    name: 'the people of a unit move away and the unit is deleted',
    comes: [UNIT.beta],
    also: { [idOf('e', 2)]: [UNIT.gamma], [idOf('e', 3)]: [UNIT.gamma] },
    make: async (slapd) => {
      for (const at of [2, 3])
        await slapd.rename(personDn(`p${at}`, unitDn('Beta')), personDn(`p${at}`, unitDn('Gamma')));
      await slapd.remove(unitDn('Beta'));
    },
    undo: async (slapd) => {
      await slapd.add(unitDn('Beta'), {
        ...OPERATIONAL,
        objectClass: 'organizationalUnit',
        ou: 'Beta',
        entryUUID: UNIT.beta,
      });
      for (const at of [2, 3])
        await slapd.rename(personDn(`p${at}`, unitDn('Gamma')), personDn(`p${at}`, unitDn('Beta')));
    },
  },
  {
    name: 'a person is deleted',
    comes: [idOf('e', 5)],
    make: (slapd) => slapd.remove(personDn('p5', unitDn('Gamma'))),
    undo: (slapd) =>
      slapd.add(personDn('p5', unitDn('Gamma')), {
        ...OPERATIONAL,
        ...person('p5', { manager: LEADER }),
        entryUUID: idOf('e', 5),
      }),
  },
];

/** Makes slapd accept the entryUUID of the test. */
const OPERATIONAL = { modifyTimestamp: '20240101000000Z' };

async function swap(slapd: Slapd): Promise<void> {
  await slapd.rename(unitDn('Alpha'), unitDn('Between'));
  await slapd.rename(unitDn('Beta'), unitDn('Alpha'));
  await slapd.rename(unitDn('Between'), unitDn('Beta'));
}

function expectRight({ records, error, complete, messages }: AdapterRead, change: Change): void {
  expect(error).toBeUndefined();
  expect(messages.filter((one) => one.type === 'rejected')).toEqual([]);
  expect([...complete].sort()).toEqual(['department', 'user']);
  const stay = Object.values(UNIT).filter((id) => !change.comes?.includes(id));
  expect(Object.keys(records['department'] ?? {})).toEqual(expect.arrayContaining(stay));
  for (const { id, unit } of [...PEOPLE, { id: BOXED, unit: 'Alpha' as const }]) {
    expectPerson(records['user']?.[id], { id, unitId: idOf('d', UNITS.indexOf(unit)) }, change);
  }
  const created = records['user']?.[newPerson];
  if (created) expect(created).toMatchObject({ departments: [{ uid: newUnit }], managerUid: idOf('e', 0) });
  const owned = records['user']?.[idOf('e', 0)]?.['departments'];
  expect(owned).toContainEqual({ uid: UNIT.gamma, isMain: false, isOwner: true });
  const yielded = messages.reduce((sum, one) => sum + (one.type === 'records' ? one.records.length : 0), 0);
  expect(messages.findLast((one) => one.type === 'total')).toEqual({ type: 'total', records: yielded });
  expect(messages.at(-1)?.type).toBe('checkpoint');
}

function expectPerson(
  data: Record<string, unknown> | undefined,
  { id, unitId }: { readonly id: string; readonly unitId: string },
  { also = {}, comes = [] }: Change,
): void {
  if (comes.includes(id) && data === undefined) return;
  const [main] = data?.['departments'] as { uid: string }[];
  expect([unitId, ...(also[id] ?? [])]).toContain(main?.uid);
  expect(data?.['managerUid']).toBe(id === idOf('e', 0) ? null : idOf('e', 0));
}

describeWithSlapd('LDAP: a tree that changes during the read', () => {
  let slapd: Slapd;
  let requests: number;

  beforeAll(async () => {
    slapd = await startSlapd({ ldif: LDIF, overlays: ['refint'] });
    let count = 0;
    await readThrough((request) => {
      count = request;
      return Promise.resolve();
    });
    requests = count;
  });
  afterAll(() => slapd?.stop());

  /** Pages of two: a kind is several requests. */
  async function readThrough(beforeRequest: (request: number) => Promise<void>): Promise<AdapterRead> {
    const proxy = await startSlapdProxy(slapd.port, { beforeRequest });
    try {
      return await readAdapter(adapter, {
        ...{ url: proxy.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
        ...{ baseDn: BASE, users: {}, departments: {}, pageSize: 2 },
      });
    } finally {
      await proxy.stop();
    }
  }

  test.each(CHANGES)('R30: $name, before any request of the read', async (change) => {
    expect(requests).toBeGreaterThan(10);
    for (let at = 2; at <= requests; at += 1) {
      let made = false;
      const result = await readThrough(async (request) => {
        if (request !== at) return;
        made = true;
        await change.make(slapd);
      });
      expect(made).toBe(true);
      try {
        expectRight(result, change);
      } catch (error) {
        throw new Error(`The change came before request ${at} of ${requests}.`, { cause: error });
      } finally {
        await change.undo(slapd);
      }
    }
  });

  test('R30: units that keep moving: places and parents are left out, nothing is complete, the cursor stays', async () => {
    let times = 0;
    const nameOf = (at: number) => unitDn(at === 0 ? 'Gamma' : `Gamma ${at}`);
    const { records, complete, messages, error } = await readThrough(async () => {
      await slapd.rename(nameOf(times), nameOf(times + 1));
      times += 1;
    });
    await slapd.rename(nameOf(times), nameOf(0));
    expect(error).toBeUndefined();
    expect(complete).toEqual([]);
    const rejected = messages.filter((one) => one.type === 'rejected');
    expect(rejected.map(({ kind, code, externalId }) => [kind, code, externalId])).toEqual([
      ['department', 'tree_moved', null],
      ['user', 'tree_moved', null],
    ]);
    expect(Object.keys(records['user'] ?? {})).toHaveLength(7);
    for (const data of Object.values(records['user'] ?? {})) expect(data).not.toHaveProperty('departments');
    for (const data of Object.values(records['department'] ?? {})) expect(data).not.toHaveProperty('parentUid');
    for (const { id } of PEOPLE.slice(1)) expect(records['user']?.[id]).not.toMatchObject({ managerUid: null });
    expect(messages.filter((one) => one.type === 'checkpoint')).toEqual([]);
    // Three sweeps, each with its read of the departments, and one read of the users.
    expect(times).toBeLessThan(60);
  });
});
