import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { createEngine, type Engine } from '../testing/worlds/engine.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { departmentsOf, skippedOf, usersOf } from '../testing/look.js';
import { hasSamba, type Samba, startSamba } from '../testing/servers/samba.js';
import { ldifEntry } from '../testing/servers/slapd-ldif.js';
import { hasSlapd, type Slapd, type SlapdOptions, startSlapd } from '../testing/servers/slapd.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const adapter = ldapAdapter({ egress: loopbackEgress });
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [adapter] });
});
afterAll(() => database?.drop());

/** Syncs with correct options, then with others. @returns users in force, departments, and the task's message. */
async function change(before: object, after: object) {
  await database.reset();
  const source = await engine.addSource(`s${Math.random()}`, { type: 'ldap', config: before });
  expect((await engine.sync(source)).end).toBe('succeeded');
  await database.db.prisma.source.update({ where: { id: source.id }, data: { config: after } });
  const { taskId, end } = await engine.sync(source);
  const people = Object.values(await usersOf(database.db, source));
  const units = Object.values(await departmentsOf(database.db, source));
  const result = {
    end,
    skipped: await skippedOf(database.db, taskId),
    people: people
      .map((one) => `${one.username}${one.active || one.linked ? '' : ' gone'}: ${one.departments.length}`)
      .sort(),
    units: units
      .map((one) => `${one.title}${one.linked ? '' : ' gone'} < ${one.parent === null ? '-' : 'unit'}`)
      .sort(),
    check: await check(after),
  };
  return result;
}

const check = (config: object) =>
  adapter.check({
    ...{ sourceId: 's', config: adapter.configSchema.parse(config) },
    signal: new AbortController().signal,
  });

const names = (attribute: string) => ({
  ok: false,
  code: 'unknown_filter_attribute',
  hint: expect.stringContaining(`"${attribute}"`),
});

(hasSlapd() ? describe : describe.skip)('R30: a filter that names an attribute which slapd does not have', () => {
  const BASE = 'dc=example,dc=org';
  const person = (name: string, unit: string) =>
    ldifEntry(`uid=${name},${unit}`, {
      ...{ objectClass: 'inetOrgPerson', uid: name, cn: name, sn: name, employeeType: 'staff' },
      ...{ mail: `${name}@example.org`, 'title;lang-de': 'Leiterin' },
    });
  const unit = (dn: string, ou: string) => ldifEntry(dn, { objectClass: 'organizationalUnit', ou });
  const LDIF = [
    ...[unit(`ou=Sales,${BASE}`, 'Sales'), unit(`ou=Team,ou=Sales,${BASE}`, 'Team')],
    ...[person('anna', `ou=Sales,${BASE}`), person('bob', `ou=Team,ou=Sales,${BASE}`)],
    ldifEntry(`cn=gang,${BASE}`, { objectClass: 'groupOfNames', cn: 'gang', member: `uid=anna,ou=Sales,${BASE}` }),
  ].join('');
  const RIGHT = '(&(objectClass=inetOrgPerson)(employeeType=staff))';
  const UNITS = '(objectClass=organizationalUnit)';
  const servers: Slapd[] = [];
  const start = async (options: SlapdOptions = {}) => {
    const slapd = await startSlapd({ ldif: LDIF, ...options });
    servers.push(slapd);
    return slapd;
  };
  let open: Slapd;
  beforeAll(async () => {
    open = await start();
  });
  afterAll(() => Promise.all(servers.map((slapd) => slapd.stop())));

  const configOf = (slapd: Slapd, users = RIGHT, departments = UNITS) => ({
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
    ...{ baseDn: BASE, users: { filter: users }, departments: { filter: departments } },
  });

  test.each([
    ['employeeTyp', '(employeeTyp=staff)'],
    ['employeeTyp', '(&(objectClass=inetOrgPerson)(employeeTyp=staff))'],
    ['employeeTyp', '(&(objectClass=inetOrgPerson)(!(employeeTyp=robot)))'],
    ['employeeTyp', '(|(uid=anna)(employeeTyp=staff))'],
    ['employeeTyp;lang-de', '(employeeTyp;lang-de=staff)'],
    ['uidd', '(uidd:dn:2.5.13.5:=anna)'],
    ['userAccountControll', '(&(uid=*)(!(userAccountControll:1.2.840.113556.1.4.803:=2)))'],
    ['1.2.3.4.5.6', '(1.2.3.4.5.6=*)'],
    ['memberOff', `(memberOff=cn=gang,${BASE})`],
  ])('the users’ filter, %s in %s: all stay, the task and the check name it', async (attribute, filter) => {
    expect(await change(configOf(open), configOf(open, filter))).toEqual({
      end: 'partial',
      skipped: ['user/?: unknown_filter_attribute'],
      people: ['anna: 1', 'bob: 1'],
      units: ['Sales < -', 'Team < unit'],
      check: names(attribute),
    });
  });

  test.each([
    ['organizationalUnitt', '(organizationalUnitt=*)'],
    ['ouu', '(|(ou=Sales)(ouu=Team))'],
  ])('the departments’ filter, %s in %s: units, places and memberships stay', async (attribute, filter) => {
    expect(await change(configOf(open), configOf(open, RIGHT, filter))).toEqual({
      end: 'partial',
      skipped: ['department/?: unknown_filter_attribute'],
      people: ['anna: 1', 'bob: 1'],
      units: ['Sales < -', 'Team < unit'],
      check: names(attribute),
    });
  });

  test.each([
    '(EMPLOYEETYPE=staff)',
    '(2.16.840.1.113730.3.1.4=staff)',
    '(rfc822Mailbox=*)',
    '(userid=*)',
    '(title;lang-de=Leiterin)',
    '(uid:dn:2.5.13.5:=anna)',
    '(|(:dn:2.5.13.2:=Sales)(ou:dn:=Team))',
    '(modifyTimestamp>=20200101000000Z)',
    '(entryDN:dnSubtreeMatch:=ou=Sales,dc=example,dc=org)',
    '(!(userAccountControl:1.2.840.113556.1.4.803:=2))',
    '(&(hasSubordinates=FALSE)(structuralObjectClass=inetOrgPerson))',
  ])('a filter by names that it has is no problem: %s', async (filter) => {
    expect(await check(configOf(open, filter))).not.toMatchObject({ code: 'unknown_filter_attribute' });
  });

  test('a group filter with slapo-memberof is complete: who is in no group any more is removed', async () => {
    const slapd = await start({ overlays: ['memberof'] });
    await slapd.replace(`cn=gang,${BASE}`, {
      member: [`uid=bob,ou=Team,ou=Sales,${BASE}`, `uid=anna,ou=Sales,${BASE}`],
    });
    await slapd.replace(`cn=gang,${BASE}`, { member: [`uid=anna,ou=Sales,${BASE}`] });
    const after = await change(configOf(slapd), configOf(slapd, `(memberOf=cn=gang,${BASE})`));
    expect([after.end, after.skipped, after.people]).toEqual(['succeeded', [], ['anna: 1', 'bob gone: 0']]);
  });

  test('where the schema can not be read, nothing is known of names, and nothing changes', async () => {
    const slapd = await start({ isSchemaHidden: true });
    const after = await change(configOf(slapd), configOf(slapd, '(|(uid=anna)(employeeTyp=staff))'));
    expect([after.end, after.skipped, after.people]).toEqual(['succeeded', [], ['anna: 1', 'bob gone: 0']]);
    expect(after.check).toMatchObject({ ok: true });
  });
});

(hasSamba() ? describe : describe.skip)(
  'R30: a filter that names an attribute which Active Directory does not have',
  () => {
    const COMPANY = 'OU=Company,DC=example,DC=test';
    let samba: Samba;
    beforeAll(async () => {
      samba = await startSamba();
      await samba.asAdmin(async (client) => {
        await client.add(COMPANY, { objectClass: 'organizationalUnit' });
        for (const name of ['Anna', 'Bob']) {
          await client.add(`CN=${name},${COMPANY}`, {
            ...{ objectClass: 'user', sAMAccountName: name.toLowerCase(), userAccountControl: '544' },
            ...{ employeeType: 'staff' },
          });
        }
        await client.add(`CN=Gang,${COMPANY}`, { objectClass: 'group', member: `CN=Anna,${COMPANY}` });
      });
    }, 120_000);
    afterAll(() => samba?.stop());

    const PEOPLE = '(&(objectCategory=person)(objectClass=user))';
    const configOf = (users = PEOPLE, departments?: string) => ({
      ...{ url: samba.url, bindDn: samba.bindDn, bindPassword: samba.bindPassword, preset: 'ad', baseDn: COMPANY },
      ...{ users: { filter: users }, departments: departments === undefined ? {} : { filter: departments } },
    });

    test.each([
      ['employeeTyp', '(employeeTyp=staff)'],
      ['employeeTyp', '(&(objectCategory=person)(employeeTyp=staff))'],
      ['userAccountControll', '(&(objectCategory=person)(userAccountControll:1.2.840.113556.1.4.803:=512))'],
      ['memberOff', `(memberOff=CN=Gang,${COMPANY})`],
      ['surname', '(|(sAMAccountName=anna)(surname=*))'],
    ])('the users’ filter, %s in %s: all stay, the task and the check name it', async (attribute, filter) => {
      const after = await change(configOf(), configOf(filter));
      expect(after).toMatchObject({ end: 'partial', people: ['anna: 1', 'bob: 1'], check: names(attribute) });
      expect(after.skipped).toEqual(['user/?: unknown_filter_attribute']);
    });

    test('the departments’ filter: units and memberships stay', async () => {
      const after = await change(configOf(), configOf(PEOPLE, '(ouu=*)'));
      expect(after).toMatchObject({ end: 'partial', people: ['anna: 1', 'bob: 1'], units: ['Company < -'] });
      expect(after.check).toMatchObject(names('ouu'));
    });

    test.each([
      '(employeeType=staff)',
      '(&(objectCategory=person)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))',
      `(&(objectCategory=person)(memberOf:1.2.840.113556.1.4.1941:=CN=Gang,${COMPANY}))`,
      '(1.2.840.113556.1.4.221=anna)',
      '(|(primaryGroupID=513)(whenCreated>=20200101000000.0Z)(anr=anna)(distinguishedName=x)(objectGUID=x))',
    ])('a filter by names that it has is no problem: %s', async (filter) => {
      expect(await check(configOf(filter))).not.toMatchObject({ code: 'unknown_filter_attribute' });
    });
  },
);
