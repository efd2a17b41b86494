import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { createEngine, type Engine, type SyncResult, type TestSource } from '../testing/worlds/engine.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { problemsOf, type SeenUser, skippedOf, usersOf } from '../testing/look.js';
import { type LdifAttributes, ldifEntry } from '../testing/servers/slapd-ldif.js';
import { hasSlapd, type Slapd, startSlapd } from '../testing/servers/slapd.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const describeWithSlapd = hasSlapd() ? describe : describe.skip;

const BASE = 'dc=example,dc=org';
/** `name` is the person's RDN; the id is in employeeNumber, so that a renamed person stays the same record. */
const person = (name: string, more: LdifAttributes = {}) =>
  ldifEntry(`uid=${name},${BASE}`, {
    ...{ objectClass: 'user', uid: name, cn: name, sn: name, employeeNumber: name, employeeType: name.slice(0, 3) },
    ...more,
  });
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const base64 = (hex: string) => bytes(hex).toString('base64');

const HOURS = ['00'.repeat(21), 'ff'.repeat(21), '41'.repeat(21), '0a'.repeat(21)];
const SIDS = ['010500000000000515000000640000006500000066000000500400', '0101', '53'];

const LDIF = [
  person('nam1', {
    ...{ mail: 'nam1@example.org', mobile: '+49 151 1', givenName: 'Bee', description: 'd' },
    ...{ homePhone: '+49 30 7', facsimileTelephoneNumber: '+49 30 8', pager: '+49 30 9', displayName: 'Bee Nam' },
    ...{ 'cn;lang-de': 'Biene', 'title;lang-de': 'Leiterin', secretary: `uid=nam1,${BASE}`, businessCategory: 'b' },
  }),
  ...HOURS.map((hex, at) => person(`hou${at}`, { logonHours: bytes(hex) })),
  ...SIDS.map((hex, at) => person(`sid${at}`, { objectSid: bytes(hex) })),
  person('pic0', { mail: 'pic0@example.org', thumbnailPhoto: Buffer.alloc(20_000, 7) }),
  person('pic1', { mail: 'pic1@example.org', thumbnailPhoto: Buffer.alloc(12_500, 7) }),
  person('pic2', { mail: 'pic2@example.org', thumbnailPhoto: Buffer.alloc(3_000, 7) }),
  person('ren1', { mail: 'ren1@example.org' }),
  person('set1', { mail: ['m.one@example.org', 'b.two@example.org'], description: ['one', 'two'] }),
  ...['desk1', 'desk2', 'desk3'].map((name) =>
    person(name, { telephoneNumber: '+49 30 901820 0', employeeType: 'des' }),
  ),
  person('unk1', { mail: 'unk1@example.org', title: 'Chief' }),
  person('unk2', { mail: 'unk2@example.org', title: 'Clerk' }),
  person('pro1', {
    ...{ mail: 'login@example.org' },
    proxyAddresses: [
      'smtp:a.alias@example.org',
      'SMTP:primary@example.org',
      'X500:/o=x/cn=pro1',
      'sip:pro1@example.org',
    ],
  }),
  person('nul1', { mail: 'nul1@example.org', description: bytes('610062') }),
].join('');

describeWithSlapd('attributes of LDAP entries through the whole pipeline', () => {
  let database: TestDatabase;
  let engine: Engine;
  let slapd: Slapd;

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = createEngine(database.db, { adapters: [ldapAdapter({ egress: loopbackEgress })] });
    slapd = await startSlapd({ ldif: LDIF });
  });
  afterAll(async () => {
    await slapd?.stop();
    await database?.drop();
  });

  const configOf = (scene: string, attributes: object, filter = `(employeeType=${scene})`) => ({
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
    ...{ baseDn: BASE, users: { filter, attributes: { uid: 'employeeNumber', ...attributes } }, departments: null },
  });
  const addSource = (scene: string, attributes: object = {}, filter?: string) =>
    engine.addSource(`${scene}${Math.random()}`, { type: 'ldap', config: configOf(scene, attributes, filter) });
  const seen = async (source: TestSource, id: string): Promise<SeenUser> => (await usersOf(database.db, source))[id]!;
  const isQuiet = ({ end, counts }: SyncResult) =>
    expect([end, counts['user']]).toMatchObject(['succeeded', { updated: 0, created: 0, removed: 0, skipped: 0 }]);
  const setMails = (mail: readonly string[]) => slapd.replace(`uid=set1,${BASE}`, { mail });

  test.each([
    ['email', 'rfc822Mailbox', 'nam1@example.org'],
    ['email', '0.9.2342.19200300.100.1.3', 'nam1@example.org'],
    ['email', 'MAIL', 'nam1@example.org'],
    ['title', 'title', 'Leiterin'],
    ['title', 'title;lang-de', 'Leiterin'],
    ['given', 'gn', 'Bee'],
    ['given', '2.5.4.42', 'Bee'],
    ['family', 'surname', 'nam1'],
    ['login', 'userid', 'nam1'],
    ['cell', 'mobileTelephoneNumber', '+49 151 1'],
    ['home', 'homeTelephoneNumber', '+49 30 7'],
    ['page', 'pagerTelephoneNumber', '+49 30 9'],
    ['fax', 'fax', '+49 30 8'],
    ['german', 'cn;lang-de', 'Biene'],
    ['german', 'commonName;lang-de', 'Biene'],
    ['shown', '2.16.840.1.113730.3.1.241', 'Bee Nam'],
  ])('RFC 4512, 2.5: %s ← %s arrives', async (field, attribute, expected) => {
    const source = await addSource('nam', { [field]: attribute });
    expect((await engine.sync(source)).end).toBe('succeeded');
    const user = await seen(source, 'nam1');
    expect({ ...user.attributes, email: user.email, title: user.title }).toMatchObject({ [field]: expected });
    isQuiet(await engine.sync(source));
    await database.db.prisma.user.deleteMany({ where: { id: user.id } });
  });

  test('an attribute that holds bytes comes as base64 whatever the bytes are, and every person is there', async () => {
    const hours = await addSource('hou', { hours: 'logonHours' });
    expect((await engine.sync(hours)).end).toBe('succeeded');
    const found = await usersOf(database.db, hours);
    expect(Object.values(found).map((user) => user.attributes['hours'])).toEqual(HOURS.map(base64));
    const sids = await addSource('sid', { uid: 'objectSid', sid: 'objectSid' });
    expect((await engine.sync(sids)).end).toBe('succeeded');
    expect(Object.keys(await usersOf(database.db, sids)).sort()).toEqual(SIDS.map(base64).sort());
    isQuiet(await engine.sync(sids));
  });

  test('R2, R7: a photo that is too big costs the photo, not the person; the task names it each time', async () => {
    const source = await addSource('pic', { photo: 'thumbnailPhoto' });
    for (const action of ['create', 'keep']) {
      const { taskId, end } = await engine.sync(source);
      expect(end).toBe('partial');
      const problems = ['pic0', 'pic1'].map((id) => `user/${id} ${action}: attributes.photo too_large`);
      expect(await problemsOf(database.db, taskId)).toEqual(problems);
    }
    const found = await usersOf(database.db, source);
    expect(Object.keys(found)).toEqual(['pic0', 'pic1', 'pic2']);
    expect(found['pic2']?.attributes['photo']).toBe(Buffer.alloc(3_000, 7).toString('base64'));
  });

  test('R7: text that cannot be stored costs its field; the person and the other fields are there', async () => {
    const source = await addSource('nul', { note: 'description' });
    const { taskId } = await engine.sync(source);
    expect(await problemsOf(database.db, taskId)).toEqual(['user/nul1 create: attributes.note invalid_text']);
    expect(await seen(source, 'nul1')).toMatchObject({ email: 'nul1@example.org', active: true });
  });

  test('RFC 4512, 2.3.1: of two user names the one in the RDN counts', async () => {
    const source = await addSource('ren');
    await engine.sync(source);
    await slapd.rename(`uid=ren1,${BASE}`, `uid=zzz.ren1,${BASE}`);
    await slapd.replace(`uid=zzz.ren1,${BASE}`, { uid: ['ren1', 'zzz.ren1'] });
    expect((await engine.sync(source)).counts['user']).toMatchObject({ updated: 1, created: 0, removed: 0 });
    expect((await seen(source, 'ren1')).username).toBe('zzz.ren1');
    isQuiet(await engine.sync(source));
  });

  test('RFC 4511, 4.1.7: the order of values changes nothing; the value in use stays while it is there', async () => {
    const source = await addSource('set', { notes: 'description' });
    await engine.sync(source);
    expect(await seen(source, 'set1')).toMatchObject({
      email: 'b.two@example.org',
      attributes: { notes: ['one', 'two'] },
    });
    await setMails(['b.two@example.org', 'm.one@example.org']);
    await slapd.replace(`uid=set1,${BASE}`, { description: ['two', 'one'] });
    isQuiet(await engine.sync(source));
    await setMails(['m.one@example.org', 'a.new@example.org', 'b.two@example.org']);
    isQuiet(await engine.sync(source));
    isQuiet(await engine.sync(source, { mode: 'delta' }));
    await setMails(['m.one@example.org', 'B.Two@example.org', 'a.new@example.org']);
    await engine.sync(source);
    expect((await seen(source, 'set1')).email?.toLowerCase()).toBe('b.two@example.org');
    await setMails(['m.one@example.org', 'a.new@example.org']);
    expect((await engine.sync(source)).counts['user']).toMatchObject({ updated: 1 });
    expect((await seen(source, 'set1')).email).toBe('a.new@example.org');
    await setMails(['m.one@example.org']);
    await engine.sync(source);
    await setMails(['m.one@example.org', 'a.new@example.org']);
    isQuiet(await engine.sync(source));
    expect((await seen(source, 'set1')).email).toBe('m.one@example.org');
  });

  test('three people with the telephone number of one office are three people', async () => {
    const source = await addSource('des');
    const { taskId, counts } = await engine.sync(source);
    expect(counts['user']).toMatchObject({ created: 3, skipped: 0, failed: 0 });
    expect(await skippedOf(database.db, taskId)).toEqual([]);
    isQuiet(await engine.sync(source));
  });

  test.each([
    '(& (objectClass=inetOrgPerson) (uid=set*))',
    '(&\n  (objectClass=inetOrgPerson)\n  (|\n    (uid=set1)\n    (uid=none)\n  )\n)\n',
    '( & ( uid = set1 ) ( ! ( uid = none ) ) )',
    'uid=set1',
  ])('a filter as admins lay it out: %j', async (filter) => {
    const source = await addSource('set', { username: null, email: null }, filter);
    expect((await engine.sync(source)).counts['user']).toMatchObject({ seen: 1, skipped: 0 });
  });

  test('a mapped attribute that the server does not have clears nothing, and task and check name it', async () => {
    const source = await addSource('unk', { job: 'title' });
    await engine.sync(source);
    const config = configOf('unk', { job: 'titel', title: 'jobTitel' });
    await database.db.prisma.source.update({ where: { id: source.id }, data: { config } });
    const { taskId, counts, end } = await engine.sync(source);
    expect([end, counts['user']]).toMatchObject(['partial', { updated: 0, skipped: 0 }]);
    expect(await problemsOf(database.db, taskId)).toEqual([
      'user/unk1 keep: title unknown_attribute',
      'user/unk1 keep: attributes.job unknown_attribute',
    ]);
    expect(await seen(source, 'unk2')).toMatchObject({ title: 'Clerk', attributes: { job: 'Clerk' } });
    const adapter = ldapAdapter({ egress: loopbackEgress });
    const checked = await adapter.check({
      ...{ sourceId: source.id, signal: new AbortController().signal },
      config: adapter.configSchema.parse(config),
    });
    expect(checked).toMatchObject({
      ok: true,
      hint: expect.stringMatching(/schema.*title \(jobTitel\), job \(titel\)/),
    });
  });

  test('of the addresses of Exchange the primary one is the e-mail', async () => {
    const source = await addSource('pro', { email: 'proxyAddresses', addresses: 'proxyAddresses' });
    await engine.sync(source);
    const user = await seen(source, 'pro1');
    expect(user.email).toBe('primary@example.org');
    expect(user.attributes['addresses']).toHaveLength(4);
  });
});
