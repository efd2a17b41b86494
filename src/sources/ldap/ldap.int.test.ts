import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CursorExpiredError, SourceAuthError, SourceConfigError, SourceReadError } from '../../domain/errors.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { type LdapCompany, makeLdapCompany } from '../../testing/worlds/ldap-company.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import { ldapAdapter } from './ldap.adapter.js';
import type { LdapCursor } from './ldap-config.js';

type Message = SourceMessage<LdapCursor>;

const adapter = ldapAdapter({ egress: loopbackEgress });
const describeWithSlapd = hasSlapd() ? describe : describe.skip;

function configOf(slapd: Slapd, overrides: object = {}) {
  return adapter.configSchema.parse({
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
    ...{ baseDn: slapd.baseDn, users: {}, departments: {} },
    ...overrides,
  });
}

const contextOf = (slapd: Slapd, overrides?: object) => ({
  sourceId: 'test',
  config: configOf(slapd, overrides),
  signal: new AbortController().signal,
});

async function read(slapd: Slapd, overrides?: object, since: LdapCursor | null = null): Promise<Message[]> {
  const messages: Message[] = [];
  await readInto(messages, slapd, overrides, since);
  return messages;
}

async function readInto(messages: Message[], slapd: Slapd, overrides?: object, since: LdapCursor | null = null) {
  const request = { taskId: 'test', mode: since === null ? 'full' : 'delta', since, resumeFrom: null } as const;
  for await (const message of adapter.read(request, contextOf(slapd, overrides))) messages.push(message);
}

function recordsOf(messages: readonly Message[], kind: string): Map<string, Record<string, unknown>> {
  const records = messages.flatMap((one) => (one.type === 'records' && one.kind === kind ? one.records : []));
  const map = new Map(records.map(({ externalId, data }) => [externalId as string, data as Record<string, unknown>]));
  expect(map.size).toBe(records.length);
  return map;
}

const presentOf = (messages: readonly Message[]) =>
  new Set(messages.flatMap((one) => (one.type === 'present' ? one.externalIds : [])));

const completeOf = (messages: readonly Message[]) =>
  Object.fromEntries(messages.flatMap((one) => (one.type === 'complete' ? [[one.kind, one.evidence]] : [])));

function cursorOf(messages: readonly Message[]): LdapCursor {
  const last = messages.at(-1);
  if (last?.type !== 'checkpoint') throw new Error('The read did not end with a checkpoint.');
  return adapter.cursorSchema.parse(JSON.parse(JSON.stringify(last.cursor)));
}

describeWithSlapd('a company of 2,000 in 60 units, with commas and Chinese in its DNs', () => {
  let company: LdapCompany;
  let slapd: Slapd;
  let messages: Message[];
  beforeAll(async () => {
    company = makeLdapCompany();
    slapd = await startSlapd({ ldif: company.ldif });
    messages = await read(slapd);
  });
  afterAll(() => slapd?.stop());

  test('every unit is there, with title and parent', () => {
    const expected = company.units.map(({ id, title, parentId }) => [id, { title, parentUid: parentId }] as const);
    expect(recordsOf(messages, 'department')).toEqual(new Map(expected));
  });

  test('every person is there, with the smallest of several mails, manager, unit and owned units', () => {
    const expected = company.users.map((user) => {
      const owned = company.units.filter((unit) => unit.ownerId === user.id).map((unit) => unit.id);
      const others = owned.filter((id) => id !== user.unitId).map((uid) => ({ uid, isMain: false, isOwner: true }));
      const { username, nickname, email, phone, title } = user;
      const own = { uid: user.unitId, isMain: true, isOwner: owned.includes(user.unitId) };
      const data = { username, nickname, email, phone, title, managerUid: user.managerId };
      return [user.id, { ...data, departments: [own, ...others] }] as const;
    });
    expect(recordsOf(messages, 'user')).toEqual(new Map(expected));
    const outside = expected.filter(([, data]) => data.departments.length > 1);
    expect(outside.length).toBeGreaterThan(5);
  });

  test('R30: both kinds end with evidence, departments before users, pages of 500, the cursor last', () => {
    expect(completeOf(messages)).toEqual({
      department: 'paged search ended with an empty cookie after 60 entries',
      user: 'paged search ended with an empty cookie after 2000 entries',
    });
    const kinds = messages.map((one) => ('kind' in one ? one.kind : one.type));
    expect(kinds.lastIndexOf('department')).toBeLessThan(kinds.indexOf('user'));
    expect(messages.filter((one) => one.type === 'records' && one.kind === 'user')).toHaveLength(4);
    expect(messages[0]).toEqual({ type: 'total', records: 2_060 });
    cursorOf(messages);
  });

  test('a part of the tree: users elsewhere, a filter, no departments', async () => {
    const unit = company.units[1]!;
    const part = await read(slapd, { users: { baseDn: unit.dn, filter: '(title=工程师)' }, departments: null });
    const below = company.users.filter((user) => user.dn.endsWith(unit.dn) && user.title === '工程师');
    const found = recordsOf(part, 'user');
    expect([...found.keys()].sort()).toEqual(below.map((user) => user.id).sort());
    for (const data of found.values()) expect(data).not.toHaveProperty('departments');
    expect(Object.keys(completeOf(part))).toEqual(['user']);
  });

  test('custom fields keep several values', async () => {
    const found = recordsOf(
      await read(slapd, { users: { attributes: { mails: 'mail', room: 'roomNumber' } } }),
      'user',
    );
    const several = [...found.values()].filter((data) => Array.isArray(data['mails']));
    expect(several.length).toBeGreaterThan(600);
    expect(several[0]).toMatchObject({ room: null });
  });
});

describeWithSlapd('limits of the server', () => {
  const company = makeLdapCompany({ users: 600, units: 12 });
  let slapd: Slapd | undefined;
  afterEach(() => slapd?.stop());

  test("a page size above the server's is halved until it fits, and everything is read", async () => {
    slapd = await startSlapd({ ldif: company.ldif, limits: 'size.pr=100 size.prtotal=unlimited' });
    const messages = await read(slapd);
    expect(recordsOf(messages, 'user').size).toBe(600);
    expect(completeOf(messages)['user']).toMatch(/after 600 entries/);
    const sizes = messages.flatMap((one) => (one.type === 'records' ? one.records.length : []));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  test('R30: a limit on the whole search fails the read, names what to raise, and proves no record absent', async () => {
    slapd = await startSlapd({ ldif: company.ldif, limits: 'size.soft=100 size.hard=250' });
    const messages: Message[] = [];
    const failure: unknown = await readInto(messages, slapd).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceReadError);
    expect((failure as Error).message).toMatch(
      /size limit ends the search after 2\d\d entries.*limits for the bind DN/,
    );
    expect(messages.filter((one) => one.type === 'complete' && one.kind === 'user')).toEqual([]);
  });

  test('R7: users who hide their id are rejected, so that absence is unprovable', async () => {
    slapd = await startSlapd({
      ldif: company.ldif,
      access: ['to filter=(uid=user5) attrs=entryUUID by * none', 'to * by * read'],
    });
    const messages = await read(slapd);
    const [rejected, ...more] = messages.filter((one) => one.type === 'rejected');
    expect(rejected).toMatchObject({ kind: 'user', externalId: null, code: 'missing_id' });
    expect(more).toEqual([]);
    const delta = await read(slapd, {}, cursorOf(messages));
    expect(delta.filter((one) => one.type === 'rejected')).toHaveLength(1);
  });
});

describeWithSlapd('TLS and bind', () => {
  let slapd: Slapd;
  const company = makeLdapCompany({ users: 20, units: 8 });
  beforeAll(async () => {
    slapd = await startSlapd({ ldif: company.ldif, tls: true });
  });
  afterAll(() => slapd?.stop());

  test.each([
    ['ldaps with its CA', () => ({ url: slapd.ldapsUrl, tls: { ca: slapd.ca } })],
    ['StartTLS with its CA', () => ({ startTls: true, tls: { ca: slapd.ca } })],
    [
      'ldaps by another name of the certificate',
      () => ({ url: slapd.ldapsUrl, tls: { ca: slapd.ca, serverName: 'localhost' } }),
    ],
  ])('%s reads everything', async (_, options) => {
    expect(recordsOf(await read(slapd, options()), 'user').size).toBe(20);
    expect(await adapter.check(contextOf(slapd, options()))).toEqual({ ok: true });
  });

  test.each([
    ['ldaps without the CA', () => ({ url: slapd.ldapsUrl }), 'source_config', /tls\.ca/],
    ['StartTLS without the CA', () => ({ startTls: true }), 'source_config', /tls\.ca/],
    [
      'another name',
      () => ({ url: slapd.ldapsUrl, tls: { ca: slapd.ca, serverName: 'else.org' } }),
      'source_config',
      /tls\.serverName/,
    ],
    ['a CA that is none', () => ({ url: slapd.ldapsUrl, tls: { ca: 'no PEM' } }), 'source_config', /TLS/],
    [
      'ldaps to the plain port',
      () => ({ url: slapd.url.replace('ldap:', 'ldaps:') }),
      'source_unavailable',
      /ldap or ldaps/,
    ],
    ['a wrong password', () => ({ bindPassword: 'wrong-one' }), 'source_auth', /bindPassword/],
    ['no server', () => ({ url: 'ldap://127.0.0.1:1' }), 'source_unavailable', /host and port/],
    ['a base DN that is not there', () => ({ baseDn: 'ou=none,dc=example,dc=org' }), 'base_dn_not_found', /ou=none/],
    ['a filter without matches', () => ({ users: { filter: '(uid=none)' } }), 'no_users', /filter/],
    ['the wrong preset', () => ({ preset: 'ad', users: { filter: '(cn=*)' } }), 'no_id', /objectGUID.*preset/],
  ])('check names the trouble: %s', async (_, options, code, hint) => {
    const answer = await adapter.check(contextOf(slapd, options()));
    expect(answer).toMatchObject({ ok: false, code });
    expect(answer.hint).toMatch(hint);
    expect(answer.hint).not.toContain('wrong-one');
  });

  test('check: options that the schema would refuse are answered, not thrown', async () => {
    const context = contextOf(slapd);
    const config = { ...context.config, url: slapd.ldapsUrl, startTls: true };
    expect(await adapter.check({ ...context, config })).toMatchObject({ ok: false, code: 'source_config' });
    const empty = { ...context.config, bindPassword: '' };
    expect(await adapter.check({ ...context, config: empty })).toMatchObject({
      ok: false,
      hint: expect.stringMatching(/bindPassword/),
    });
    const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
    const first = adapter.read(request, { ...context, config: empty })[Symbol.asyncIterator]();
    await expect(first.next()).rejects.toThrow(SourceConfigError);
  });

  test('check: says which mapped attributes no entry shows', async () => {
    const users = { attributes: { room: 'roomNumber' } };
    const options = { url: slapd.ldapsUrl, tls: { ca: slapd.ca }, users };
    expect(await adapter.check(contextOf(slapd, options))).toEqual({
      ok: true,
      hint: 'None of the first 20 users has room (roomNumber): the attribute is empty, or the bind DN cannot read it.',
    });
  });

  test('a read with a wrong password fails for good', async () => {
    await expect(read(slapd, { bindPassword: 'wrong' })).rejects.toThrow(SourceAuthError);
  });
});

describeWithSlapd('delta', () => {
  let company: LdapCompany;
  let slapd: Slapd;
  beforeEach(async () => {
    company = makeLdapCompany({ users: 300, units: 20 });
    slapd = await startSlapd({ ldif: company.ldif });
  });
  afterEach(() => slapd?.stop());

  const allUsers = () => company.users.map((user) => user.id).sort();

  test('changed, new and gone users: only those are read, the others are named as present', async () => {
    const cursor = cursorOf(await read(slapd));
    const [changed, gone] = [company.users[100]!, company.users[200]!];
    await slapd.replace(changed.dn, { title: 'Head, of everything', mobile: [] });
    await slapd.remove(gone.dn);
    const newDn = `cn=New,${company.units[3]!.dn}`;
    await slapd.add(newDn, { objectClass: 'inetOrgPerson', cn: 'New', sn: 'New', manager: changed.dn });
    const delta = await read(slapd, {}, cursor);
    const users = recordsOf(delta, 'user');
    expect(users.get(changed.id)).toMatchObject({ title: 'Head, of everything', phone: null });
    const fresh = [...users].find(([, data]) => data['nickname'] === 'New');
    expect(fresh?.[1]).toMatchObject({ managerUid: changed.id, departments: [{ uid: company.units[3]!.id }] });
    expect(users.size).toBeLessThan(10);
    const seen = new Set([...users.keys(), ...presentOf(delta)]);
    expect(seen.has(gone.id)).toBe(false);
    expect(seen.size).toBe(300);
    expect(completeOf(delta)['user']).toMatch(/id sweep: .* after 300 entries/);
    expect(recordsOf(delta, 'department').size).toBe(20);
  });

  test('a cursor moves on: the next delta is quiet again', async () => {
    await slapd.replace(company.users[0]!.dn, { title: 'A' });
    const first = await read(slapd, {}, cursorOf(await read(slapd)));
    const second = await read(slapd, {}, cursorOf(first));
    expect(recordsOf(second, 'user').size).toBe(1);
    expect(presentOf(second).size).toBe(299);
  });

  test("a moved unit: its people's places are read though only the unit changed", async () => {
    const cursor = cursorOf(await read(slapd));
    const [moved, target] = [company.units[19]!, company.units[4]!];
    const rdn = moved.dn.slice(0, moved.dn.length - company.units.find((u) => u.id === moved.parentId)!.dn.length - 1);
    await slapd.rename(moved.dn, `${rdn},${target.dn}`);
    const delta = await read(slapd, {}, cursor);
    expect(recordsOf(delta, 'department').get(moved.id)).toMatchObject({ parentUid: target.id });
    expect([...recordsOf(delta, 'user').keys()].sort()).toEqual(allUsers());
  });

  test('a unit that is none any more: its people go to the next one above', async () => {
    const filter = '(&(objectClass=organizationalUnit)(!(description=none)))';
    const cursor = cursorOf(await read(slapd, { departments: { filter } }));
    const unit = company.units[19]!;
    await slapd.replace(unit.dn, { description: 'none' });
    const delta = await read(slapd, { departments: { filter } }, cursor);
    const inside = company.users.find((user) => user.unitId === unit.id)!;
    expect(recordsOf(delta, 'user').get(inside.id)).toMatchObject({
      departments: [{ uid: unit.parentId, isMain: true }],
    });
    expect(recordsOf(delta, 'department').size).toBe(19);
  });

  test('a new owner of a unit is read', async () => {
    const cursor = cursorOf(await read(slapd));
    const [unit, owner] = [company.units[0]!, company.users[150]!];
    await slapd.replace(unit.dn, { managedBy: owner.dn });
    const users = recordsOf(await read(slapd, {}, cursor), 'user').get(owner.id);
    expect(users?.['departments']).toContainEqual({ uid: unit.id, isMain: false, isOwner: true });
  });

  test('other options make the cursor worthless', async () => {
    const cursor = cursorOf(await read(slapd));
    const options = { users: { attributes: { room: 'roomNumber' } } };
    await expect(read(slapd, options, cursor)).rejects.toThrow(CursorExpiredError);
  });

  test('a delta without a cursor reads everything', async () => {
    const messages: Message[] = [];
    const request = { taskId: 't', mode: 'delta', since: null, resumeFrom: null } as const;
    for await (const message of adapter.read(request, contextOf(slapd))) messages.push(message);
    expect([...recordsOf(messages, 'user').keys()].sort()).toEqual(allUsers());
    expect(Object.keys(completeOf(messages))).toEqual(['department', 'user']);
  });
});
