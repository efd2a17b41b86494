import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { createEngine, type Engine } from '../testing/worlds/engine.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { departmentsOf, problemsOf, skippedOf, usersOf } from '../testing/look.js';
import { type LdifAttributes, ldifEntry } from '../testing/servers/slapd-ldif.js';
import { hasSlapd, type Slapd, startSlapd } from '../testing/servers/slapd.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const describeWithSlapd = hasSlapd() ? describe : describe.skip;
const BASE = 'dc=example,dc=org';
const person = (id: string, more: LdifAttributes = {}) =>
  ldifEntry(`cn=${id},${BASE}`, {
    ...{ objectClass: 'user', cn: id, sn: id, employeeNumber: id, uid: id, sAMAccountName: id },
    ...more,
  });
const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** Value of the entry → value of the row, or the code of the problem. */
type Row = readonly [name: string, attributes: LdifAttributes, field: string, expected: unknown];

const ODD: readonly Row[] = [
  ['mail-text', { mail: 'not an address' }, 'email', 'invalid_email'],
  ['mail-named', { mail: 'Anna <anna@example.org>' }, 'email', 'anna@example.org'],
  ['mail-null', { mail: 'NULL' }, 'email', null],
  ['mail-list', { mail: 'a@example.org;b@example.org' }, 'email', 'invalid_email'],
  ['mail-long', { mail: `${'a'.repeat(245)}@example.org` }, 'email', 'too_long'],
  ['mail-blank', { mail: ' ' }, 'email', null],
  ['title-na', { title: '#N/A' }, 'title', null],
  ['title-long', { title: 't'.repeat(1_000) }, 'title', 'too_long'],
  ['title-lines', { title: 'Head\nof\tSales' }, 'title', 'Head\nof\tSales'],
  ['title-nul', { title: bytes('610062') }, 'title', 'invalid_text'],
  ['title-zero', { title: '0' }, 'title', '0'],
  ['title-emoji', { title: '👩‍🚀'.repeat(50) }, 'title', '👩‍🚀'.repeat(50)],
  ['title-right', { title: '\u202Eevil\u202C' }, 'title', '\u202Eevil\u202C'],
  ['title-several', { title: ['b', 'a', 'c'] }, 'title', 'a'],
  ['uid-control', { uid: bytes('6100') }, 'username', 'invalid_text'],
  ['uid-long', { uid: 'u'.repeat(256) }, 'username', 'too_long'],
  ['uid-comma', { uid: 'Doe\\, "Jo" <x>' }, 'username', 'Doe\\, "Jo" <x>'],
  ['manager-self', { manager: `cn=manager-self,${BASE}` }, 'manager', null],
  ['manager-away', { manager: 'cn=x,dc=elsewhere' }, 'manager', null],
  ['manager-upper', { manager: `CN=Title-Zero , DC=EXAMPLE,dc=org` }, 'manager', 'title-zero'],
  ['manager-two', { manager: [`cn=title-na,${BASE}`, `cn=mail-null,${BASE}`] }, 'manager', 'mail-null'],
  ['photo-big', { thumbnailPhoto: Buffer.alloc(20_000, 1) }, 'attributes.photo', 'too_large'],
  ['photo-none', {}, 'attributes.photo', undefined],
  ['active-one', { description: '1' }, 'active', 'invalid_boolean'],
  ['active-yes', { description: 'yes' }, 'active', 'invalid_boolean'],
  ['active-lower', { description: 'true' }, 'active', true],
  ['active-two', { description: ['TRUE', 'FALSE'] }, 'active', 'invalid_boolean'],
];

const ACCOUNTS: readonly (readonly [name: string, attributes: LdifAttributes])[] = [
  ['text', { userAccountControl: 'NORMAL_ACCOUNT' }],
  ['blank', { userAccountControl: ' ' }],
  ['huge', { userAccountControl: '99999999999999999999' }],
  ['over', { userAccountControl: '4294967296' }],
  ['fraction', { userAccountControl: '512.0' }],
  ['hex', { userAccountControl: '0x202' }],
  ['several', { userAccountControl: ['512', '514'] }],
  ['never', { userAccountControl: '512', accountExpires: 'never' }],
  ['minus', { userAccountControl: '512', accountExpires: '-1' }],
  ['late', { userAccountControl: '512', accountExpires: '9223372036854775808' }],
  ['date', { userAccountControl: '512', accountExpires: '2020-01-01' }],
];

describeWithSlapd('odd values in a directory: one odd value never costs a person, and never stops a read', () => {
  let database: TestDatabase;
  let engine: Engine;
  let slapd: Slapd;
  const units = ['7', ' 8 ', 'x', '1e3', 'Infinity', '0x10', '99999999999999999999'];

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = createEngine(database.db, { adapters: [ldapAdapter({ egress: loopbackEgress })] });
    slapd = await startSlapd({
      areAccountsText: true,
      ldif: [
        ...ODD.map(([id, attributes]) => person(id, { ...attributes, employeeType: 'odd' })),
        ...ACCOUNTS.map(([id]) => person(id, { userAccountControl: '512', employeeType: 'acc' })),
        ...ACCOUNTS.map(([id]) => person(`off-${id}`, { userAccountControl: '514', employeeType: 'acc' })),
        ...units.map((order, at) =>
          ldifEntry(`ou=u${at},${BASE}`, { objectClass: 'organizationalUnit', ou: `u${at}`, description: order }),
        ),
      ].join(''),
    });
  });
  afterAll(async () => {
    await slapd?.stop();
    await database?.drop();
  });

  const addSource = (preset: string, users: object, departments: object | null = null) =>
    engine.addSource(`s${Math.random()}`, {
      type: 'ldap',
      config: {
        ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset, baseDn: BASE },
        ...{ users, departments },
      },
    });

  test('R7: every person is there, with the right value or a named problem of the field', async () => {
    const attributes = { uid: 'employeeNumber', photo: 'thumbnailPhoto', active: 'description' };
    const source = await addSource('openldap', { filter: '(employeeType=odd)', attributes });
    const { end, taskId } = await engine.sync(source);
    const found = await usersOf(database.db, source);
    const problems = await problemsOf(database.db, taskId);
    expect([end, await skippedOf(database.db, taskId)]).toEqual(['partial', []]);
    expect(Object.keys(found).sort()).toEqual(ODD.map(([id]) => id).sort());
    const read = ODD.map(([id, , field]) => {
      const problem = problems.find((line) => line.startsWith(`user/${id} `) && line.includes(` ${field} `));
      const flat: Record<string, unknown> = { ...found[id], 'attributes.photo': found[id]?.attributes['photo'] };
      return [id, problem?.split(' ').at(-1) ?? flat[field]];
    });
    expect(read).toEqual(ODD.map(([id, , , expected]) => [id, expected]));
    expect(problems).toHaveLength(ODD.filter(([, , , expected]) => /^(?:too_|invalid_)/.test(String(expected))).length);
  });

  test('R4: an account state that can not be read keeps active and inactive people as they are', async () => {
    const source = await addSource('ad', {
      filter: '(employeeType=acc)',
      attributes: { uid: 'employeeNumber' },
    });
    expect((await engine.sync(source)).end).toBe('succeeded');
    for (const [id, attributes] of ACCOUNTS) {
      await slapd.replace(`cn=${id},${BASE}`, attributes as Record<string, string | string[]>);
      await slapd.replace(`cn=off-${id},${BASE}`, attributes as Record<string, string | string[]>);
    }
    const { end, taskId, counts } = await engine.sync(source);
    const found = await usersOf(database.db, source);
    expect([end, counts['user']]).toMatchObject(['partial', { updated: 0, removed: 0, skipped: 0 }]);
    expect(Object.entries(found).map(([id, { active }]) => [id, active])).toEqual(
      Object.keys(found).map((id) => [id, !id.startsWith('off-')]),
    );
    const lines = ACCOUNTS.flatMap(([id]) => [id, `off-${id}`]).map((id) => `user/${id} keep: active unknown_value`);
    expect((await problemsOf(database.db, taskId)).sort()).toEqual(lines.sort());
  });

  test('R7: an order that is no number is left out, the department is there', async () => {
    const source = await addSource(
      'openldap',
      { filter: '(employeeType=odd)', attributes: { uid: 'employeeNumber' } },
      { attributes: { uid: 'ou', order: 'description' } },
    );
    const { taskId } = await engine.sync(source);
    expect(Object.keys(await departmentsOf(database.db, source))).toHaveLength(units.length);
    const problems = (await problemsOf(database.db, taskId)).filter((line) => line.startsWith('department/'));
    expect(problems).toEqual(['department/u2 create: order wrong_type', 'department/u4 create: order wrong_type']);
  });
});
