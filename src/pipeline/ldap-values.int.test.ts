import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf, skippedOf } from '../testing/look.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { hasSlapd, type Slapd, startSlapd } from '../testing/servers/slapd.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const describeWithSlapd = hasSlapd() ? describe : describe.skip;
const BASE = 'dc=values,dc=test';

function person(uid: string, more: readonly string[] = []): string {
  const lines = [`dn: uid=${uid},${BASE}`, 'objectClass: inetOrgPerson', `uid: ${uid}`, `cn: ${uid}`, `sn: ${uid}`];
  return [...lines, ...more].join('\n');
}

describeWithSlapd('R12: unique values out of a real directory', () => {
  let database: TestDatabase;
  let engine: Engine;
  let slapd: Slapd;
  beforeAll(async () => {
    database = await createTestDatabase();
    engine = createEngine(database.db, { adapters: [ldapAdapter({ egress: loopbackEgress })] });
  });
  afterEach(() => slapd?.stop());
  afterAll(() => database.drop());

  async function directory(people: readonly string[]): Promise<TestSource> {
    await database.reset();
    slapd = await startSlapd({ suffix: BASE, ldif: people.join('\n\n') });
    return engine.addSource('ldap', {
      type: 'ldap',
      config: {
        url: slapd.url,
        bindDn: slapd.readerDn,
        bindPassword: slapd.readerPassword,
        preset: 'openldap',
        baseDn: BASE,
        users: {},
        departments: {},
      },
      guard: {},
    });
  }

  test('an account that is deleted and made again between two syncs is in force', async () => {
    const others = Array.from({ length: 8 }, (_, at) => person(`other${at}`));
    const source = await directory([person('ann', ['mail: ann@values.test']), ...others]);
    expect((await engine.sync(source)).end).toBe('succeeded');
    await slapd.remove(`uid=ann,${BASE}`);
    await slapd.add(`uid=ann,${BASE}`, {
      ...{ objectClass: 'inetOrgPerson', uid: 'ann', cn: 'ann', sn: 'ann', mail: 'ann@values.test' },
    });
    const { end, taskId } = await engine.sync(source);
    expect([end, await skippedOf(database.db, taskId), await problemsOf(database.db, taskId)]).toEqual([
      'succeeded',
      [],
      [],
    ]);
    const anns = await database.db.prisma.user.findMany({ where: { username: 'ann' }, orderBy: { id: 'asc' } });
    expect(anns.map(({ active, email }) => [active, email])).toEqual([
      [false, 'ann@values.test'],
      [true, 'ann@values.test'],
    ]);
  });

  test('three people with the telephone number of their office are three accounts', async () => {
    const phone = 'telephoneNumber: +49 30 901820 0';
    const source = await directory(['a', 'b', 'c'].map((uid) => person(uid, [phone])));
    const { end, counts } = await engine.sync(source);
    expect([end, counts['user']?.created]).toEqual(['succeeded', 3]);
    expect(await database.db.prisma.user.count({ where: { phone: '+49 30 901820 0', active: true } })).toBe(3);
  });
});
