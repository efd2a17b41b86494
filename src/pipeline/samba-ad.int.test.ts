import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Attribute, Change, type Client, Control } from 'ldapts';
import { completeRanges } from '../sources/ldap/name-attributes.js';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { ldapConfigSchema } from '../sources/ldap/ldap-config.js';
import { textsOf } from '../sources/ldap/ldap-entry.js';
import { openDirectory, DIRECTORY_TIMEOUTS } from '../sources/ldap/open-directory.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { hasSamba, type Samba, startSamba } from '../testing/servers/samba.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** The preset ad against a real Active Directory domain controller (Samba), through the whole pipeline. */
const describeWithSamba = hasSamba() ? describe : describe.skip;

const BASE = 'DC=example,DC=test';
const COMPANY = `OU=Company,${BASE}`;
const SALES = `OU=销售\\, EMEA,${COMPANY}`;
const TEAM = `OU=Team,${SALES}`;
const STOCK = `OU=Stock,${COMPANY}`;

const toLoopback = () => Promise.resolve('127.0.0.1');

/**
 * userAccountControl: NORMAL_ACCOUNT, with PASSWD_NOTREQD so that it can be enabled without a password (MS-ADTS
 * 2.2.16).
 */
const ENABLED = '544';
const DISABLED = '546';
/** 100 ns since 1601; both forms of "never", and a day in the past and in the future (MS-ADTS, accountExpires). */
const NEVER = ['0', '9223372036854775807'] as const;
const PAST = '131592384000000000';
const FUTURE = '159017088000000000';

const userDn = (cn: string, parent = TEAM) => `CN=${cn},${parent}`;
const replace = (type: string, ...values: string[]) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values }) });

describeWithSamba('a real Active Directory domain controller', () => {
  let database: TestDatabase;
  let engine: Engine;
  let samba: Samba;

  beforeAll(async () => {
    [database, samba] = await Promise.all([createTestDatabase(), startSamba()]);
    engine = createEngine(database.db, { adapters: [ldapAdapter({ egress: loopbackEgress })] });
    await samba.asAdmin(fill);
  }, 120_000);
  afterAll(async () => {
    await samba?.stop();
    await database?.drop();
  });

  const configOf = (users: object = {}, more: object = {}) => ({
    ...{ url: samba.url, bindDn: samba.bindDn, bindPassword: samba.bindPassword, preset: 'ad', baseDn: COMPANY },
    ...{ users, departments: {} },
    ...more,
  });
  async function syncedSource(name: string, users: object = {}, more: object = {}): Promise<TestSource> {
    await database.reset();
    const source = await engine.addSource(name, { type: 'ldap', config: configOf(users, more) });
    const { end } = await engine.sync(source);
    expect(end).toBe('succeeded');
    return source;
  }
  const delta = async (source: TestSource) => {
    const result = await engine.sync(source, { mode: 'delta' });
    expect(result.end).toBe('succeeded');
    return result.counts;
  };
  const rowOf = async (username: string) => {
    const row = await database.db.prisma.user.findFirstOrThrow({
      where: { username },
      include: { manager: true, mainDepartment: true },
    });
    return { ...row, unit: row.mainDepartment?.title ?? null, boss: row.manager?.username ?? null };
  };
  const marksOf = (username: string) =>
    samba.asAdmin(async (client) => {
      const found = await client.search(COMPANY, {
        filter: `(sAMAccountName=${username})`,
        attributes: ['uSNChanged'],
      });
      return found.searchEntries[0];
    });

  test('a full read: units with their parents, people by objectGUID, active by userAccountControl and accountExpires', async () => {
    const source = await syncedSource('full');
    const rows = await database.db.prisma.user.findMany({ include: { mainDepartment: true, manager: true } });
    const found = rows.map((row) => [
      row.username,
      row.active,
      row.mainDepartment?.title,
      row.manager?.username ?? null,
    ]);
    expect(found.sort()).toEqual([
      ['anna', true, 'Team', null],
      ['bob', true, 'Team', 'anna'],
      ['carl', false, 'Team', 'anna'],
      ['dora', true, 'Stock', 'anna'],
      ['emil', false, 'Stock', 'anna'],
      ['fred', true, 'Stock', 'anna'],
    ]);
    const units = await database.db.prisma.department.findMany({ include: { parent: true } });
    expect(units.map(({ title, parent }) => [title, parent?.title ?? null]).sort()).toEqual([
      ['Company', null],
      ['Stock', 'Company'],
      ['Team', '销售, EMEA'],
      ['销售, EMEA', 'Company'],
    ]);
    const known = await database.db.prisma.knownRecord.findMany({ where: { sourceId: source.id, kind: 'user' } });
    for (const { externalId } of known) expect(externalId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const check = await ldapAdapter({ egress: loopbackEgress }).check({
      ...{ sourceId: 's', config: configOf() as never, signal: new AbortController().signal },
    });
    expect(check).toMatchObject({ ok: true });
  });

  test('uSNChanged: a delta reads changed people and no one else', async () => {
    const source = await syncedSource('usn');
    await samba.asAdmin((client) => client.modify(userDn('Bob'), [replace('title', 'Head')]));
    engine.logged.length = 0;
    expect((await delta(source))['user']).toMatchObject({ seen: 6, updated: 1, unchanged: 5 });
    expect(usersLogged()).toEqual(['bob']);
    engine.logged.length = 0;
    expect((await delta(source))['user']).toMatchObject({ seen: 6, unchanged: 6 });
    expect(usersLogged()).toEqual([]);
  });

  test('an account that is disabled, enabled, expired and set to never again', async () => {
    const source = await syncedSource('account');
    for (const [type, value, active] of [
      ['userAccountControl', DISABLED, false],
      ['userAccountControl', ENABLED, true],
      ['accountExpires', PAST, false],
      ['accountExpires', NEVER[1], true],
      ['pwdLastSet', '0', true],
    ] as const) {
      await samba.asAdmin((client) => client.modify(userDn('Bob'), [replace(type, value)]));
      await delta(source);
      expect([type, value, (await rowOf('bob')).active]).toEqual([type, value, active]);
    }
  });

  test('a group in the filter: who joins is created, who leaves is removed; the change number of the person stays', async () => {
    const source = await syncedSource('joins', { filter: `(&(objectCategory=person)(memberOf=CN=Gang,${COMPANY}))` });
    expect(await database.db.prisma.user.count()).toBe(2);
    const before = await marksOf('dora');
    await setMembers('Gang', ['Anna', 'Bob', 'Dora']);
    expect((await marksOf('dora'))?.['uSNChanged']).toEqual(before?.['uSNChanged']);
    expect((await delta(source))['user']).toMatchObject({ seen: 3, created: 1, unchanged: 2 });
    await setMembers('Gang', ['Anna', 'Bob']);
    expect((await delta(source))['user']).toMatchObject({ seen: 2, removed: 1, unchanged: 2 });
  });

  test('a mapped memberOf follows groups that change and groups that get another name', async () => {
    const source = await syncedSource('groups', { attributes: { groups: 'memberOf' } });
    await setMembers('Gang', ['Anna', 'Dora']);
    expect((await delta(source))['user']).toMatchObject({ seen: 6, updated: 2, unchanged: 4 });
    expect((await rowOf('dora')).attributes).toEqual({ groups: `CN=Gang,${COMPANY}` });
    expect((await rowOf('bob')).attributes).toEqual({});
    await samba.asAdmin((client) => client.modifyDN(`CN=Gang,${COMPANY}`, `CN=Crew,${COMPANY}`));
    expect((await delta(source))['user']).toMatchObject({ updated: 2, unchanged: 4 });
    await samba.asAdmin((client) => client.modifyDN(`CN=Crew,${COMPANY}`, `CN=Gang,${COMPANY}`));
    await setMembers('Gang', ['Anna', 'Bob']);
  });

  test('primaryGroupID: a primary group has no member link, and a filter that names its number finds the person', async () => {
    const [group] = (
      await samba.asAdmin((client) =>
        client.search(`CN=Gang,${COMPANY}`, { scope: 'base', attributes: ['primaryGroupToken'] }),
      )
    ).searchEntries;
    const token = String(group?.['primaryGroupToken']);
    const member = `(memberOf=CN=Gang,${COMPANY})`;
    const source = await syncedSource('primary', {
      filter: `(&(objectCategory=person)(|${member}(primaryGroupID=${token})))`,
    });
    await samba.asAdmin((client) => client.modify(userDn('Bob'), [replace('primaryGroupID', token)]));
    expect((await delta(source))['user']).toMatchObject({ seen: 2, removed: 0 });
    await samba.asAdmin((client) => client.modify(userDn('Bob'), [replace('primaryGroupID', '513')]));
    await setMembers('Gang', ['Anna', 'Bob']);
    expect((await delta(source))['user']).toMatchObject({ seen: 2, removed: 0 });
  });

  test('a deleted account is removed; restored from its tombstone it is the same person again', async () => {
    const source = await syncedSource('deleted');
    const before = await rowOf('fred');
    await samba.asAdmin((client) => client.del(userDn('Fred', STOCK)));
    expect((await delta(source))['user']).toMatchObject({ seen: 5, removed: 1, unchanged: 5 });
    await samba.asAdmin((client) => reanimate(client, 'fred', userDn('Fred', STOCK)));
    expect((await delta(source))['user']).toMatchObject({ seen: 6, restored: 1, created: 0 });
    expect((await rowOf('fred')).id).toBe(before.id);
  });

  test('units that get another name and move, and a manager who moves: places and managers stay with the ids', async () => {
    const source = await syncedSource('moved');
    await samba.asAdmin(async (client) => {
      await client.modifyDN(TEAM, `OU=Crew,${STOCK}`);
      await client.modifyDN(userDn('Anna', `OU=Crew,${STOCK}`), userDn('Anna B.', STOCK));
    });
    const counts = await delta(source);
    expect(counts['department']).toMatchObject({ seen: 4, updated: 1, unchanged: 3 });
    expect(counts['user']).toMatchObject({ seen: 6, removed: 0, created: 0 });
    expect(await rowOf('bob')).toMatchObject({ unit: 'Crew', boss: 'anna' });
    expect(await rowOf('anna')).toMatchObject({ unit: 'Stock', boss: null });
    await samba.asAdmin(async (client) => {
      await client.modifyDN(userDn('Anna B.', STOCK), userDn('Anna', `OU=Crew,${STOCK}`));
      await client.modifyDN(`OU=Crew,${STOCK}`, TEAM);
    });
    await delta(source);
    expect(await rowOf('dora')).toMatchObject({ unit: 'Stock', boss: 'anna' });
    expect(await rowOf('anna')).toMatchObject({ unit: 'Team' });
  });

  test('copies that replication makes of two entries with one name are no people, and affect no user', async () => {
    const source = await syncedSource('conflict');
    const copy = `CN=Bob\\0ACNF:6bfc1f2e-4a0e-4d3b-9d5f-1c2b3a4d5e6f,${TEAM}`;
    await samba.asAdmin((client) =>
      client.add(copy, { objectClass: 'user', sAMAccountName: '$DUPLICATE-1f4', userAccountControl: ENABLED }),
    );
    try {
      expect((await delta(source))['user']).toMatchObject({ seen: 6, unchanged: 6, created: 0 });
      const { counts, end } = await engine.sync(source);
      expect({ end, ...counts['user'] }).toMatchObject({ end: 'succeeded', seen: 6, unchanged: 6, created: 0 });
    } finally {
      await samba.asAdmin((client) => client.del(copy));
    }
  });

  test('values that come in ranges: all members, whatever the size of the first range', async () => {
    const config = ldapConfigSchema.parse(configOf());
    const names = Array.from({ length: 25 }, (_, at) => `ou${String(at).padStart(2, '0')}`);
    const signal = new AbortController().signal;
    const directory = await openDirectory({ config, signal, resolveHost: toLoopback, timeouts: DIRECTORY_TIMEOUTS });
    const dn = `CN=Many,${COMPANY}`;
    try {
      await samba.asAdmin(async (client) => {
        for (const ou of names) await client.add(`OU=${ou},${COMPANY}`, { objectClass: 'organizationalUnit' });
        const member = names.map((ou) => `OU=${ou},${COMPANY}`);
        await client.add(dn, { objectClass: 'group', sAMAccountName: 'many', member });
      });
      for (const last of [0, 9, 23, 24, 30]) {
        const entry = await directory.entry(dn, [`member;range=0-${last}`]);
        const whole = entry && (await completeRanges(directory, entry));
        expect([last, whole && textsOf(whole, 'member').length]).toEqual([last, 25]);
        expect(new Set(whole && textsOf(whole, 'member')).size).toBe(25);
      }
    } finally {
      await directory.close();
      await samba.asAdmin(async (client) => {
        for (const one of [dn, ...names.map((ou) => `OU=${ou},${COMPANY}`)]) await client.del(one);
      });
    }
  });

  test.each([
    ['a wrong password', { bindPassword: 'not-the-one' }, 'source_auth', /password is wrong/],
    ['a base DN that is not there', { baseDn: `OU=None,${BASE}` }, 'base_dn_not_found', /OU=None/],
    ['a filter without matches', { users: { filter: '(sAMAccountName=none)' } }, 'no_users', /filter/],
  ])('check names the trouble: %s', async (_, more, code, hint) => {
    const adapter = ldapAdapter({ egress: loopbackEgress });
    const config = adapter.configSchema.parse({ ...configOf(), ...more });
    const answer = await adapter.check({ sourceId: 's', config, signal: new AbortController().signal });
    expect(answer).toMatchObject({ ok: false, code });
    expect(answer.hint).toMatch(hint);
  });

  const usersLogged = () =>
    (engine.logged as { kind: string; records: { username: string }[] }[])
      .flatMap((line) => (line.kind === 'user' ? line.records.map((one) => one.username) : []))
      .sort();

  const setMembers = (cn: string, names: readonly string[]) =>
    samba.asAdmin((client) =>
      client.modify(`CN=${cn},${COMPANY}`, [
        replace('member', ...names.map((name) => userDn(name, name === 'Dora' ? STOCK : TEAM))),
      ]),
    );
});

async function fill(client: Client): Promise<void> {
  for (const dn of [COMPANY, SALES, TEAM, STOCK]) await client.add(dn, { objectClass: 'organizationalUnit' });
  const people: readonly [string, string, Record<string, string>][] = [
    ['Anna', TEAM, { mail: 'anna@example.org' }],
    ['Bob', TEAM, { accountExpires: NEVER[0], userPrincipalName: 'bob@example.test' }],
    ['Carl', TEAM, { userAccountControl: DISABLED }],
    ['Dora', STOCK, { accountExpires: NEVER[1] }],
    ['Emil', STOCK, { accountExpires: PAST }],
    ['Fred', STOCK, { accountExpires: FUTURE }],
  ];
  for (const [cn, parent, more] of people) {
    await client.add(userDn(cn, parent), {
      ...{ objectClass: 'user', sAMAccountName: cn.toLowerCase(), userAccountControl: ENABLED },
      ...(cn === 'Anna' ? {} : { manager: userDn('Anna') }),
      ...more,
    });
  }
  const member = [userDn('Anna'), userDn('Bob')];
  await client.add(`CN=Gang,${COMPANY}`, { objectClass: 'group', sAMAccountName: 'gang', member });
  await client.add(`CN=PC1,${STOCK}`, { objectClass: 'computer', sAMAccountName: 'pc1$' });
}

/** Restores a deleted entry: LDAP_SERVER_SHOW_DELETED_OID, MS-ADTS 3.1.1.5.3.7.2. */
async function reanimate(client: Client, username: string, dn: string): Promise<void> {
  const showDeleted = new Control('1.2.840.113556.1.4.417', { critical: true });
  const found = await client.search(BASE, { filter: `(&(isDeleted=TRUE)(sAMAccountName=${username}))` }, [showDeleted]);
  const undelete = [
    new Change({ operation: 'delete', modification: new Attribute({ type: 'isDeleted' }) }),
    replace('distinguishedName', dn),
  ];
  await client.modify(found.searchEntries[0]?.dn ?? '', undelete, [showDeleted]);
}
