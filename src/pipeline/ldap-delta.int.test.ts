import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import { createEngine, type Engine, type SyncResult, type TestSource } from '../testing/worlds/engine.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { ldifEntry } from '../testing/servers/slapd-ldif.js';
import { hasSlapd, type Slapd, startSlapd } from '../testing/servers/slapd.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/**
 * Deltas and changes that do not change the time of a person's entry: back links, groups, managers and containers, and
 * entries that appear with an old time. RFC 4512, 3.4.4: modifyTimestamp is the time of the entry's own last change.
 */
const describeWithSlapd = hasSlapd() ? describe : describe.skip;

const BASE = 'dc=example,dc=org';
const LONG_AGO = '20200101000000Z';
const OLD = { createTimestamp: LONG_AGO, modifyTimestamp: LONG_AGO };
/** The time of one person of each scene: the next delta begins there, a year before the times of the others. */
const NEWER = { createTimestamp: LONG_AGO, modifyTimestamp: '20210101000000Z' };

const personDn = (name: string, parent = `ou=people,${BASE}`) => `uid=${name},${parent}`;
const person = (name: string, more: Record<string, string> = {}) => ({
  ...{ objectClass: 'inetOrgPerson', uid: name, cn: name, sn: name },
  ...OLD,
  ...more,
});
const unit = (ou: string) => ({ objectClass: 'organizationalUnit', ou, ...OLD });
const ids = (scene: string) => [1, 2, 3].map((at) => `${scene}${at}`);

const SCENES = ['joins', 'leaves', 'field', 'former', 'team', 'boss', 'again', 'taken', 'quiet'];

const LDIF = [
  ldifEntry(`ou=people,${BASE}`, unit('people')),
  ...SCENES.flatMap((scene) =>
    ids(scene).map((id, at) =>
      ldifEntry(
        personDn(id),
        person(id, {
          ...{ employeeType: scene, mail: `${id}@example.org`, ...(at === 2 ? NEWER : OLD) },
          ...(scene === 'boss' && at > 0 ? { manager: personDn('boss1') } : {}),
        }),
      ),
    ),
  ),
  ldifEntry(`ou=North,${BASE}`, unit('North')),
  ldifEntry(`ou=South,${BASE}`, unit('South')),
  ldifEntry(`cn=Desk,ou=North,${BASE}`, { objectClass: 'applicationProcess', cn: 'Desk', ...OLD }),
  ldifEntry(personDn('desk1', `cn=Desk,ou=North,${BASE}`), person('desk1', { employeeType: 'desk' })),
  ldifEntry(personDn('desk2', `ou=North,${BASE}`), person('desk2', { employeeType: 'desk', ...NEWER })),
].join('');

describeWithSlapd('LDAP deltas and what no change mark shows', () => {
  let database: TestDatabase;
  let engine: Engine;
  let slapd: Slapd;

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = createEngine(database.db, { adapters: [ldapAdapter({ egress: loopbackEgress })] });
    slapd = await startSlapd({ ldif: LDIF, overlays: ['memberof', 'refint'] });
  });
  afterAll(async () => {
    await slapd?.stop();
    await database?.drop();
  });

  const addGroup = (cn: string, members: readonly string[]) =>
    slapd.add(`cn=${cn},${BASE}`, { objectClass: 'groupOfNames', cn, member: members.map((name) => personDn(name)) });
  const setMembers = (cn: string, members: readonly string[]) =>
    slapd.replace(`cn=${cn},${BASE}`, { member: members.map((name) => personDn(name)) });

  async function syncedSource(users: object, departments: object | null = null): Promise<TestSource> {
    const config = {
      ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
      ...{ baseDn: BASE, users, departments },
    };
    const source = await engine.addSource(`s${Math.random()}`, { type: 'ldap', config });
    expect((await engine.sync(source)).end).toBe('succeeded');
    return source;
  }
  const delta = (source: TestSource): Promise<SyncResult> => engine.sync(source, { mode: 'delta' });
  const ofScene = (scene: string) => ({ filter: `(employeeType=${scene})` });
  const namesLogged = () =>
    engine.logged
      .flatMap((line) => (line as { records: { username: string }[] }).records.map((one) => one.username))
      .sort();
  const rowOf = (username: string) =>
    database.db.prisma.user.findFirstOrThrow({
      where: { username },
      include: { manager: true, mainDepartment: true },
    });

  test('R30: who joins the group of the filter is created, who leaves it is removed, who comes back is restored', async () => {
    await addGroup('joins', ['joins1']);
    const source = await syncedSource({ filter: `(memberOf=cn=joins,${BASE})` });
    await setMembers('joins', ['joins1', 'joins2', 'joins3']);
    const joined = await delta(source);
    expect(joined.end).toBe('succeeded');
    expect(joined.counts['user']).toMatchObject({ seen: 3, created: 2, removed: 0 });
    await setMembers('joins', ['joins2']);
    expect((await delta(source)).counts['user']).toMatchObject({ seen: 1, created: 0, removed: 2 });
    await setMembers('joins', ['joins2', 'joins3']);
    expect((await delta(source)).counts['user']).toMatchObject({ seen: 2, created: 0, restored: 1, removed: 0 });
    expect(await rowOf('joins3')).toMatchObject({ active: true });
  });

  test('a mapped back link follows the group: a member more, a member less, the group by another name', async () => {
    await addGroup('field', ['field1']);
    const source = await syncedSource({ ...ofScene('field'), attributes: { groups: 'memberOf' } });
    expect((await rowOf('field1')).attributes).toEqual({ groups: `cn=field,${BASE}` });
    await setMembers('field', ['field2']);
    const moved = await delta(source);
    expect(moved.counts['user']).toMatchObject({ seen: 3, updated: 2, unchanged: 1 });
    expect((await rowOf('field1')).attributes).toEqual({});
    expect((await rowOf('field2')).attributes).toEqual({ groups: `cn=field,${BASE}` });
    await slapd.rename(`cn=field,${BASE}`, `cn=field and more,${BASE}`);
    expect((await delta(source)).counts['user']).toMatchObject({ updated: 1, unchanged: 2 });
    expect((await rowOf('field2')).attributes).toEqual({ groups: `cn=field and more,${BASE}` });
  });

  test('groups as departments: the membership comes and goes with the group', async () => {
    await addGroup('team', ['team1']);
    await addGroup('team b', ['team2']);
    const source = await syncedSource(
      { ...ofScene('team'), attributes: { departments: 'memberOf' } },
      { filter: '(&(objectClass=groupOfNames)(cn=team*))', attributes: { title: 'cn' } },
    );
    await setMembers('team', ['team2', 'team3']);
    const { counts } = await delta(source);
    expect(counts['membership']).toMatchObject({ created: 2, removed: 1 });
    expect((await rowOf('team3')).mainDepartment).toMatchObject({ title: 'team' });
    expect((await rowOf('team1')).mainDepartment).toBeNull();
  });

  test('a manager who enters the source is the manager of people who did not change', async () => {
    await addGroup('boss', ['boss2', 'boss3']);
    const source = await syncedSource({ filter: `(memberOf=cn=boss,${BASE})` });
    await setMembers('boss', ['boss1', 'boss2', 'boss3']);
    expect((await delta(source)).counts['user']).toMatchObject({ created: 1, updated: 2 });
    expect((await rowOf('boss2')).manager).toMatchObject({ username: 'boss1' });
  });

  test('an entry that is added with an old mark is created', async () => {
    const source = await syncedSource(ofScene('again'));
    await slapd.add(personDn('again4'), person('again4', { employeeType: 'again' }));
    expect((await delta(source)).counts['user']).toMatchObject({ seen: 4, created: 1, unchanged: 3 });
  });

  test('an entry that is deleted and restored from a backup, with its id and its old mark, is restored', async () => {
    const entryUUID = '0a5f7f3e-0000-4000-8000-00000000aa01';
    const entry = { ...person('back1', { employeeType: 'back' }), entryUUID };
    await slapd.add(personDn('back1'), entry);
    await slapd.add(personDn('back2'), person('back2', { employeeType: 'back', ...NEWER }));
    const source = await syncedSource(ofScene('back'));
    await slapd.remove(personDn('back1'));
    expect((await delta(source)).counts['user']).toMatchObject({ removed: 1, unchanged: 1 });
    await slapd.add(personDn('back1'), entry);
    expect((await delta(source)).counts['user']).toMatchObject({ restored: 1, created: 0, unchanged: 1 });
  });

  test('a container that is no department moves to another one: its people move with it', async () => {
    const source = await syncedSource(ofScene('desk'), { filter: '(|(ou=North)(ou=South))' });
    expect((await rowOf('desk1')).mainDepartment).toMatchObject({ title: 'North' });
    await slapd.rename(`cn=Desk,ou=North,${BASE}`, `cn=Desk,ou=South,${BASE}`);
    const { counts } = await delta(source);
    expect(counts['user']).toMatchObject({ seen: 2 });
    expect((await rowOf('desk1')).mainDepartment).toMatchObject({ title: 'South' });
  });

  test('R12: a record that was not taken whole is read again by each delta, and taken as soon as that works', async () => {
    await slapd.replace(personDn('taken2'), { mail: 'taken1@example.org' });
    const config = {
      ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
      ...{ baseDn: BASE, users: ofScene('taken'), departments: null },
    };
    const source = await engine.addSource('taken', { type: 'ldap', config });
    expect((await engine.sync(source)).end).toBe('partial');
    expect((await delta(source)).end).toBe('partial');
    const holder = await database.db.prisma.user.findFirstOrThrow({ where: { email: 'taken1@example.org' } });
    const other = holder.username === 'taken1' ? 'taken2' : 'taken1';
    await slapd.replace(personDn(holder.username ?? ''), { mail: 'another@example.org' });
    const { end } = await delta(source);
    expect(end).toBe('succeeded');
    expect(await rowOf(other)).toMatchObject({ email: 'taken1@example.org' });
  });

  test('nothing changed: only the person whose mark is that of the cursor is read again', async () => {
    const source = await syncedSource(ofScene('quiet'));
    engine.logged.length = 0;
    const { counts } = await delta(source);
    expect(counts['user']).toMatchObject({ seen: 3, unchanged: 3 });
    expect(namesLogged()).toEqual(['quiet3']);
  });

  test('a cursor of a former version, without the digest of links, reads everyone once', async () => {
    const source = await syncedSource(ofScene('former'));
    await database.db.pool.query(`UPDATE sources SET cursor = cursor - 'links' WHERE id = $1`, [source.id]);
    engine.logged.length = 0;
    expect((await delta(source)).end).toBe('succeeded');
    expect(namesLogged()).toEqual(['former1', 'former2', 'former3']);
    engine.logged.length = 0;
    await delta(source);
    expect(namesLogged()).toEqual(['former3']);
  });
});
