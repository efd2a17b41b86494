import { SourceReadError } from '../domain/errors.js';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { makeLdapCompany } from '../testing/worlds/ldap-company.js';
import { hasSlapd, type Slapd, startSlapd } from '../testing/servers/slapd.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const company = makeLdapCompany();
const describeWithSlapd = hasSlapd() ? describe : describe.skip;

describeWithSlapd('2,000 people in 60 units of a real directory, through the whole pipeline', () => {
  let database: TestDatabase;
  let engine: Engine;
  let slapd: Slapd;
  let source: TestSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = createEngine(database.db, { adapters: [ldapAdapter({ egress: loopbackEgress })] });
    slapd = await startSlapd({ ldif: company.ldif, limits: 'size.soft=100 size.hard=5000 size.pr=400' });
    source = await engine.addSource('ldap', { type: 'ldap', config: configOf(slapd), guard: {} });
  });
  afterAll(async () => {
    await slapd?.stop();
    await database?.drop();
  });

  const rowsOf = async () => {
    const rows = await database.db.pool.query<{ external_id: string; updated_at: Date; xmin: string; active: boolean }>(
      `SELECT k.external_id, u.updated_at, u.xmin, u.active FROM users u JOIN known_records k ON k.target_id = u.id`,
    );
    return new Map(rows.rows.map((row) => [row.external_id, row]));
  };

  test('the first sync makes everyone, every unit and every place', async () => {
    const { counts, end } = await engine.sync(source);
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ seen: 2_000, created: 2_000, skipped: 0, failed: 0 });
    expect(counts['department']).toMatchObject({ seen: 60, created: 60, skipped: 0, failed: 0 });
    expect(await database.db.prisma.user.count({ where: { managerId: null } })).toBe(1);
    expect(await database.db.prisma.user.count({ where: { mainDepartmentId: null } })).toBe(0);
    const deepest = await database.db.prisma.department.findFirst({ where: { title: company.units[59]?.title ?? '' } });
    expect(deepest?.path.length).toBe(depthOf(59));
  });

  test('1 % changed, a unit moved, 3 people deleted: counts are exact and no one else is touched', async () => {
    const before = await rowsOf();
    const changed = company.users.slice(100, 120);
    const gone = company.users.slice(1_990, 1_993);
    for (const user of changed) await slapd.replace(user.dn, { title: 'Astronaut' });
    for (const user of gone) await slapd.remove(user.dn);
    const moved = company.units[59];
    const newParent = company.units[0];
    const movedDn = `ou=Moved\\, 搬家,${newParent?.dn}`;
    await slapd.rename(moved?.dn ?? '', movedDn);
    // As a directory with referential integrity does by itself: the `manager` of the leader's reports follows the new
    // DN.
    const dnNow = (dn: string) => dn.replace(moved?.dn ?? '', movedDn);
    for (const user of company.users.filter((one) => one.managerId === company.users[59]?.id)) {
      await slapd.replace(dnNow(user.dn), { manager: dnNow(company.users[59]?.dn ?? '') });
    }
    const { counts, end } = await engine.sync(source);
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ seen: 1_997, updated: 20, removed: 3, unchanged: 1_977, created: 0 });
    expect(counts['department']).toMatchObject({ seen: 60, updated: 1, unchanged: 59, removed: 0 });
    expect(counts['membership']).toMatchObject({ removed: 3, created: 0, updated: 0 });
    const after = await rowsOf();
    const touched = [...after].filter(([id, row]) => row.xmin !== before.get(id)?.xmin).map(([id]) => id);
    expect(touched.sort()).toEqual([...changed, ...gone].map((user) => user.id).sort());
    expect([...after.values()].filter((row) => !row.active)).toHaveLength(3);
    const row = await database.db.prisma.department.findFirstOrThrow({
      where: { title: 'Moved, 搬家' },
      include: { parent: true },
    });
    expect(row.parent?.title).toBe(newParent?.title);
  });

  test('R30: a size limit below the total removes no user, and the task says why', async () => {
    const limited = await startSlapd({ ldif: company.ldif, limits: 'size.soft=50 size.hard=500 size.prtotal=500' });
    try {
      await database.db.prisma.source.update({ where: { id: source.id }, data: { config: configOf(limited) } });
      const before = await rowsOf();
      const failure = await engine.sync(source).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(SourceReadError);
      expect(String(failure)).toMatch(/size limit/i);
      expect(await rowsOf()).toEqual(before);
    } finally {
      await limited.stop();
    }
  });
});

function configOf(slapd: Slapd): object {
  return {
    url: slapd.url,
    bindDn: slapd.readerDn,
    bindPassword: slapd.readerPassword,
    preset: 'openldap',
    baseDn: slapd.baseDn,
    users: {},
    departments: {},
  };
}

function depthOf(unit: number): number {
  return unit < 6 ? 1 : 1 + depthOf(Math.floor((unit - 6) / 2));
}
