import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { ldifEntry } from '../testing/servers/slapd-ldif.js';
import { type SlapdProxy, startSlapdProxy } from '../testing/servers/slapd-proxy.js';
import { hasSlapd, type Slapd, startSlapd } from '../testing/servers/slapd.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** A directory that changes during a sync, through the whole pipeline: departments, managers and people stay. */
const describeWithSlapd = hasSlapd() ? describe : describe.skip;

const BASE = 'dc=example,dc=org';
const unitDn = (ou: string) => `ou=${ou},${BASE}`;
const personDn = (uid: string, ou: string) => `uid=${uid},${unitDn(ou)}`;
const LDIF = [
  ...['Sales', 'Stock'].map((ou) => ldifEntry(unitDn(ou), { objectClass: 'organizationalUnit', ou })),
  ...Array.from({ length: 12 }, (_, at) => {
    const [uid, ou] = [`u${at}`, at < 3 ? 'Sales' : 'Stock'];
    const manager = at === 0 ? {} : { manager: personDn('u0', 'Sales') };
    return ldifEntry(personDn(uid, ou), { objectClass: 'inetOrgPerson', uid, cn: uid, sn: uid, ...manager });
  }),
].join('');

describeWithSlapd('LDAP: a tree that changes during a sync', () => {
  let database: TestDatabase;
  let engine: Engine;
  let slapd: Slapd;
  let source: TestSource;
  let proxy: SlapdProxy;
  let requests = 0;
  let beforeRequest: (request: number) => Promise<void>;

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = createEngine(database.db, { adapters: [ldapAdapter({ egress: loopbackEgress })] });
  });
  beforeEach(async () => {
    await database.reset();
    slapd = await startSlapd({ ldif: LDIF, overlays: ['refint'] });
    let passed = 0;
    beforeRequest = () => Promise.resolve();
    proxy = await startSlapdProxy(slapd.port, { beforeRequest: () => beforeRequest((passed += 1)) });
    source = await engine.addSource('ldap', {
      type: 'ldap',
      config: {
        ...{ url: proxy.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
        ...{ baseDn: BASE, users: {}, departments: {}, pageSize: 5 },
      },
    });
    expect((await engine.sync(source)).end).toBe('succeeded');
    requests = passed;
    passed = 0;
  });
  afterEach(async () => {
    await proxy?.stop();
    await slapd?.stop();
  });
  afterAll(() => database?.drop());

  const placeOf = async () => {
    const users = await database.db.prisma.user.findMany({
      where: { active: true },
      include: { mainDepartment: true, manager: true },
    });
    return users.map((user) => [user.username, user.mainDepartment?.title, user.manager?.username]).sort();
  };

  test.each(['full', 'delta'] as const)(
    'R30: a unit renamed before any request of a %s sync leaves all departments of people',
    async (mode) => {
      let name = 'Sales';
      for (let at = 2; at <= requests; at += 1) {
        let passed = 0;
        const next = `Sales ${at}`;
        beforeRequest = async () => {
          passed += 1;
          if (passed !== at) return;
          await slapd.rename(unitDn(name), unitDn(next));
          name = next;
        };
        const { end, counts } = await engine.sync(source, { mode });
        expect(end).toBe('succeeded');
        expect(counts['user']).toMatchObject({ seen: 12, updated: 0, removed: 0, created: 0 });
        expect(counts['membership']).toMatchObject({ removed: 0 });
      }
      beforeRequest = () => Promise.resolve();
      await engine.sync(source, { mode });
      const people = Array.from({ length: 12 }, (_, at) => [
        `u${at}`,
        at < 3 ? name : 'Stock',
        at === 0 ? undefined : 'u0',
      ]);
      expect(await placeOf()).toEqual(people.sort());
    },
  );

  test('R30: a person who is deleted during the read is removed once, and the task is whole', async () => {
    let passed = 0;
    beforeRequest = async () => {
      passed += 1;
      if (passed === requests - 2) await slapd.remove(personDn('u7', 'Stock'));
    };
    const first = await engine.sync(source);
    expect(first.end).toBe('succeeded');
    beforeRequest = () => Promise.resolve();
    const second = await engine.sync(source);
    expect(second.end).toBe('succeeded');
    expect((first.counts['user']?.removed ?? 0) + (second.counts['user']?.removed ?? 0)).toBe(1);
    expect(await placeOf()).toHaveLength(11);
  });

  test.each(['full', 'delta'] as const)(
    'R30: units that move during every request of a %s sync: partial, tree_moved, and everything stays',
    async (mode) => {
      const before = await placeOf();
      const cursor = await cursorOf();
      let times = 0;
      const nameOf = (at: number) => unitDn(at === 0 ? 'Sales' : `Sales ${at}`);
      beforeRequest = async () => {
        await slapd.rename(nameOf(times), nameOf(times + 1));
        times += 1;
      };
      const { end, taskId, counts } = await engine.sync(source, { mode });
      expect(end).toBe('partial');
      expect(counts['user']).toMatchObject({ removed: 0, updated: 0, created: 0 });
      const lines = await database.db.prisma.change.findMany({ where: { taskId, code: 'tree_moved' } });
      expect(lines.map(({ kind }) => kind).sort()).toEqual(['department', 'user']);
      expect(lines[0]?.message).toMatch(/Sync again when no units are being changed/);
      const titles = (rows: unknown[][]) =>
        rows.map(([name, title, manager]) => [name, String(title).slice(0, 5), manager]);
      expect(titles(await placeOf())).toEqual(titles(before));
      expect(await cursorOf()).toEqual(cursor);
      beforeRequest = () => Promise.resolve();
      expect((await engine.sync(source, { mode })).end).toBe('succeeded');
    },
  );

  const cursorOf = async () => (await database.db.prisma.source.findUniqueOrThrow({ where: { id: source.id } })).cursor;
});
