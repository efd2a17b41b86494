import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import { escapeDnValue, ldifEntry } from '../../testing/servers/slapd-ldif.js';
import { ldapAdapter } from './ldap.adapter.js';
import { ldapConfigSchema, ldapCursorSchema } from './ldap-config.js';

/** Values that would end or widen a filter, or have a meaning in a DN, in any position of a text. */
const HOSTILE: readonly string[] = [
  '*',
  '*)(uid=*',
  '*)(uid=*))(|(uid=*',
  'admin)(&)',
  'admin)(|(objectClass=*)',
  'x)(!(uid=x)',
  ')(cn=*',
  '(|(cn=*))',
  '&(cn=*)',
  '!(cn=*)',
  '\\2a',
  '\\28cn=\\2a\\29',
  '\\',
  '\\5c2a',
  'a\\2ab',
  '>=0',
  '~=x',
  ':dn:=x',
  'cn=*',
  'admin,ou=elsewhere',
  'x,dc=example,dc=org',
  'x+uid=admin',
  '#04024869',
  '"quoted, value"',
  '<x>;y',
  ' leading',
  'trailing\\ ',
  'Ünïcode*)(',
  '研发*)(uid=*',
  '%2a%29',
];

const adapter = ldapAdapter({ egress: loopbackEgress });
const describeWithSlapd = hasSlapd() ? describe : describe.skip;
const idOf = (at: number) => `cccccccc-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;

/** RFC 4515, section 3: the form of a value in the text of a filter. */
const escapeFilterValue = (value: string) =>
  value.replace(/[\\*()]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);

describeWithSlapd('a directory whose names are attacks', () => {
  let slapd: Slapd;
  beforeAll(async () => {
    const entries = HOSTILE.map((value, at) => {
      const manager = at === 0 ? {} : { manager: dnOf(HOSTILE[at - 1]!, 'dc=example,dc=org') };
      const attributes = { objectClass: 'inetOrgPerson', cn: value, sn: value, title: value, ...manager };
      const own = { entryUUID: idOf(at), uid: `u${at}`, employeeNumber: `x${value}` };
      return ldifEntry(dnOf(value, 'dc=example,dc=org'), { ...attributes, ...own });
    });
    slapd = await startSlapd({ ldif: entries.join('') });
  });
  afterAll(() => slapd?.stop());

  const configOf = (more: object = {}) => ({
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
    ...{ baseDn: slapd.baseDn, users: {}, departments: null },
    ...more,
  });
  const idsOf = async (users: object) => {
    const { records, error } = await readAdapter(adapter, configOf({ users }));
    expect(error).toBeUndefined();
    return Object.keys(records['user']!);
  };

  test('records come with every letter, and managers are who they are', async () => {
    const { records, complete, error } = await readAdapter(adapter, configOf());
    expect([error, complete]).toEqual([undefined, ['user']]);
    for (const [at, value] of HOSTILE.entries()) {
      const found = records['user']![idOf(at)];
      expect([value, found?.['title'], found?.['managerUid']]).toEqual([value, value, at === 0 ? null : idOf(at - 1)]);
    }
    expect(Object.keys(records['user']!)).toHaveLength(HOSTILE.length);
  });

  test('a value that is escaped in an option means itself: one entry, never more', async () => {
    for (const [at, value] of HOSTILE.entries()) {
      // Begins with an ordinary letter: a value alone could be a presence test or a number.
      const filter = `(employeeNumber=x${escapeFilterValue(value)})`;
      expect([value, await idsOf({ filter })]).toEqual([value, [idOf(at)]]);
    }
  });

  test('a value that is not escaped is refused as an option, or asks for what it says and no more', async () => {
    let refused = 0;
    for (const value of HOSTILE) {
      const filter = `(employeeNumber=no-such${value})`;
      const parsed = ldapConfigSchema.safeParse(configOf({ users: { filter } }));
      if (!parsed.success) refused += 1;
      else expect([value, await idsOf({ filter })]).toEqual([value, []]);
    }
    expect(refused).toBeGreaterThan(8);
  });

  test('no name of an attribute and no base ends a filter or leaves its place', async () => {
    for (const value of HOSTILE) {
      const named = ldapConfigSchema.safeParse(configOf({ users: { attributes: { title: `cn${value}` } } }));
      expect([value, named.success]).toEqual([value, false]);
      const inside = dnOf(value, slapd.baseDn);
      const { records, error } = await readAdapter(adapter, configOf({ users: { baseDn: inside } }));
      expect([value, error, Object.keys(records['user']!)]).toEqual([value, undefined, [idOf(HOSTILE.indexOf(value))]]);
    }
  });
});

test('a cursor carries no part of a filter: times and numbers only', () => {
  const of = (position: object) => ldapCursorSchema.safeParse({ options: 'o', tree: 't', position }).success;
  expect(of({ preset: 'openldap', modifiedAt: '2026-01-01T00:00:00.000Z' })).toBe(true);
  for (const value of HOSTILE) {
    expect(of({ preset: 'openldap', modifiedAt: value })).toBe(false);
    const ad = { preset: 'ad', usn: '1', server: 'x', invocationId: null, readAt: '2026-01-01T00:00:00.000Z' };
    expect([of({ ...ad, usn: value }), of({ ...ad, readAt: value })]).toEqual([false, false]);
  }
});

function dnOf(value: string, base: string): string {
  return `cn=${escapeDnValue(value)},${base}`;
}
