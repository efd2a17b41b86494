import { describe, expect, test } from '@jest/globals';
import { BusyError, InsufficientAccessError, PresenceFilter, UnavailableError } from 'ldapts';
import { entryOf } from '../../testing/servers/slapd-entry-of.js';
import { scriptedDirectory } from '../../testing/servers/slapd-scripted-directory.js';
import { AttributeSchema, STANDARD_SCHEMA } from './attribute-schema.js';
import type { DirectorySearch } from './directory.js';
import { textsOf } from './ldap-entry.js';
import { nameAttributes } from './name-attributes.js';
import { readSchema } from './read-schema.js';

type Answer = Readonly<Record<string, string | readonly string[]>>;

/** The result for an attribute if the server answers with these. */
async function ask(attribute: string, answer: Answer, schema = STANDARD_SCHEMA): Promise<readonly string[]> {
  const filter = new PresenceFilter({ attribute: 'objectClass' });
  const search: DirectorySearch = { baseDn: 'dc=x', scope: 'sub', attributes: [attribute], filter };
  const page = () => ({ entries: [entryOf('cn=a,dc=x', answer)], next: null, paged: true });
  const { entries } = await nameAttributes(scriptedDirectory({ page }), schema).page(search, 10, null);
  return textsOf(entries[0]!, attribute);
}

describe('an answer is found under the description that was asked for', () => {
  test.each<[string, Answer, readonly string[]]>([
    ['rfc822Mailbox', { mail: 'a@x.org' }, ['a@x.org']],
    ['mail', { rfc822Mailbox: 'a@x.org' }, ['a@x.org']],
    ['surname', { SN: 'Ng' }, ['Ng']],
    ['2.5.4.4', { sn: 'Ng' }, ['Ng']],
    ['OID.2.5.4.4', { sn: 'Ng' }, ['Ng']],
    ['sn', { '2.5.4.4': 'Ng' }, ['Ng']],
    ['gn', { givenName: 'Amy' }, ['Amy']],
    ['mobileTelephoneNumber', { mobile: '1' }, ['1']],
    ['cn', { 'cn;lang-de': 'Anna' }, ['Anna']],
    ['cn', { 'cn;lang-de': 'Anna', cn: 'Ann' }, ['Ann']],
    ['cn', { 'cn;lang-fr': ['Anne', 'A'], 'cn;lang-de': ['Anna', 'A'] }, ['A', 'Anna', 'Anne']],
    ['cn;lang-de', { 'cn;lang-de': 'Anna', cn: 'Ann' }, ['Anna']],
    ['cn;lang-de', { cn: 'Ann' }, []],
    ['cn;LANG-EN', { 'CN;lang-en;x-old': 'Ann' }, ['Ann']],
    ['cn;lang-en-', { 'cn;lang-en-US': 'Ann', 'cn;lang-de': 'Anna' }, ['Ann']],
    ['commonName;lang-de', { 'cn;lang-de': 'Anna' }, ['Anna']],
    ['userCertificate', { 'userCertificate;binary': 'abc' }, ['YWJj']],
    ['userCertificate;binary', { userCertificate: 'abc' }, ['YWJj']],
    ['member', { 'member;range=0-*': ['cn=b', 'cn=a'] }, ['cn=a', 'cn=b']],
    ['mail', { 'mail;lang-de': 'a@x.org', email: 'b@x.org' }, ['a@x.org']],
    ['name', { cn: 'Ann', sn: 'Ng' }, []],
    ['employeeBadge', { EmployeeBadge: '7' }, ['7']],
  ])('%s, answered with %j', async (attribute, answer, expected) => {
    expect(await ask(attribute, answer)).toEqual(expected);
  });
});

describe('the schema of a server', () => {
  const subschema = entryOf('cn=s', {
    attributeTypes: ["( 1.2.3 NAME ( 'badge' 'staffBadge' ) SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )"],
  });

  test.each([
    ['root DSE', ''],
    ['base entry', 'dc=x'],
  ])('is found through the %s', async (_, from) => {
    const directory = scriptedDirectory({
      entry: (dn) =>
        dn === from ? entryOf(dn, { subschemaSubentry: 'cn=s' }) : dn === 'cn=s' ? subschema : entryOf(dn),
    });
    const schema = await readSchema(directory, 'dc=x');
    expect(schema.identity('badge')).toBe(schema.identity('staffbadge'));
    expect(schema.form('badge')).toBe('bytes');
    expect(await ask('staffBadge', { badge: 'abc' }, schema)).toEqual(['YWJj']);
  });

  test('comes in ranges from Active Directory', async () => {
    const first = { attributeTypes: [], 'attributeTypes;range=0-0': ["( 1.2.3 NAME 'badge' )"] };
    const directory = scriptedDirectory({
      entry: (dn, [attribute]) => {
        if (dn !== 'cn=s') return entryOf(dn, { subschemaSubentry: 'cn=s' });
        return attribute === 'attributetypes;range=1-*'
          ? entryOf(dn, { 'attributeTypes;range=1-*': ["( 1.2.4 NAME 'other' )"] })
          : entryOf(dn, first);
      },
    });
    const schema = await readSchema(directory, 'dc=x');
    expect([schema.knows('badge'), schema.knows('other')]).toEqual([true, true]);
  });

  test.each([
    ['there is none', () => entryOf('x')],
    [
      'the bind DN may not read it',
      () => {
        throw new InsufficientAccessError();
      },
    ],
  ])('is that of the standards where %s', async (_, entry) => {
    const schema = await readSchema(scriptedDirectory({ entry }), 'dc=x');
    expect(schema.knows('mail')).toBeNull();
    expect(await ask('rfc822Mailbox', { mail: 'a@x.org' }, schema)).toEqual(['a@x.org']);
  });

  test.each([new BusyError(), new UnavailableError(), new Error('Connection closed')])(
    'ends the read where the server can not answer now: %s',
    async (error) => {
      const entry = () => {
        throw error;
      };
      await expect(readSchema(scriptedDirectory({ entry }), 'dc=x')).rejects.toBe(error);
    },
  );

  test('an empty list of types is no schema', () => {
    expect(new AttributeSchema([]).knows('x')).toBeNull();
  });
});
