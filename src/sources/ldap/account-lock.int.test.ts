import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import { ldifEntry } from '../../testing/servers/slapd-ldif.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { createEngine, type Engine, type TestSource } from '../../testing/worlds/engine.js';
import { ldapAdapter } from './ldap.adapter.js';

/** Like 389-ds: nsAccountLock is TRUE while an account is locked, and is deleted to unlock it. */
const describeWithSlapd = hasSlapd() ? describe : describe.skip;

const BASE = 'dc=example,dc=org';
const NAMES = ['locked', 'free', 'said', 'hidden', 'masked', 'alone'];
const dnOf = (name: string) => `uid=${name},${BASE}`;
const person = (name: string, more: object = {}) =>
  ldifEntry(dnOf(name), { objectClass: 'user', uid: name, cn: name, sn: name, ...more });

let slapd: Slapd;
let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  if (!hasSlapd()) return;
  const lock = { nsAccountLock: 'TRUE' };
  slapd = await startSlapd({
    ldif: NAMES.map((name) => person(name, name === 'free' ? {} : lock)).join(''),
    // An entry with the description "hidden" hides its lock; with "masked", a filter can search the lock but the entry
    // does not show it.
    access: [
      'to filter=(description=hidden) attrs=nsAccountLock by * none',
      'to filter=(description=masked) attrs=nsAccountLock by * search',
      'to * by * read',
    ],
  });
  database = await createTestDatabase();
  const adapter = ldapAdapter({ egress: loopbackEgress });
  engine = createEngine(database.db, { adapters: [adapter] });
  const config = adapter.configSchema.parse({
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
    ...{ baseDn: BASE, users: { attributes: { active: 'nsAccountLock' } }, departments: null },
  });
  source = await engine.addSource('directory', { type: 'ldap', config });
});
afterAll(async () => {
  await slapd?.stop();
  await database?.drop();
});

const activeUsers = async () => {
  const users = await database.db.prisma.user.findMany({ where: { active: true }, orderBy: { username: 'asc' } });
  return users.map(({ username }) => username);
};

describeWithSlapd('R4: a mapped lock that is deleted to unlock the account', () => {
  test('TRUE is inactive, and an entry without it is active', async () => {
    expect((await engine.sync(source)).end).toBe('succeeded');
    expect(await activeUsers()).toEqual(['free']);
  });

  test('a deleted lock activates in a delta; one that is hidden or masked activates no user', async () => {
    await slapd.replace(dnOf('locked'), { nsAccountLock: [] });
    await slapd.replace(dnOf('said'), { nsAccountLock: 'FALSE' });
    await slapd.replace(dnOf('hidden'), { nsAccountLock: [], description: 'hidden' });
    await slapd.replace(dnOf('masked'), { description: 'masked' });
    await engine.sync(source, { mode: 'delta' });
    expect(await activeUsers()).toEqual(['free', 'locked', 'said']);
    await engine.sync(source);
    expect(await activeUsers()).toEqual(['free', 'locked', 'said']);
  });

  test('the last lock of the directory counts as well, and a new lock deactivates', async () => {
    for (const name of ['alone', 'masked']) await slapd.replace(dnOf(name), { nsAccountLock: [] });
    await slapd.replace(dnOf('free'), { nsAccountLock: 'TRUE' });
    await engine.sync(source);
    expect(await activeUsers()).toEqual(['alone', 'locked', 'masked', 'said']);
  });
});
