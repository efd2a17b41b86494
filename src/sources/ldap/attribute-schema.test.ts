import { describe, expect, test } from '@jest/globals';
import { AttributeSchema, STANDARD_SCHEMA } from './attribute-schema.js';
import { parseAttributeType } from './attribute-type.js';

const OPENLDAP = [
  "( 2.5.4.41 NAME 'name' DESC 'RFC4519: common supertype of name attributes' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{32768} )",
  "( 2.5.4.4 NAME ( 'sn' 'surname' ) DESC 'RFC2256: last (family) name(s) for which the entity is known by' SUP name )",
  "( 2.5.4.42 NAME ( 'givenName' 'gn' ) SUP name )",
  "( 0.9.2342.19200300.100.1.3 NAME ( 'mail' 'rfc822Mailbox' ) EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )",
  "( 0.9.2342.19200300.100.1.60 NAME 'jpegPhoto' DESC 'RFC2798: a JPEG image' SYNTAX 1.3.6.1.4.1.1466.115.121.1.28 )",
  "( 2.5.4.36 NAME 'userCertificate' DESC 'RFC2256: X.509 user certificate, use ;binary' EQUALITY certificateExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.8 )",
  "( 1.3.6.1.1.16.4 NAME 'entryUUID' DESC 'UUID of the entry' EQUALITY UUIDMatch SYNTAX 1.3.6.1.1.16.1 SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation )",
];
const ACTIVE_DIRECTORY = [
  "( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' SINGLE-VALUE )",
  "( 1.2.840.113556.1.4.146 NAME 'objectSid' SYNTAX '1.3.6.1.4.1.1466.115.121.1.40' SINGLE-VALUE NO-USER-MODIFICATION )",
  "( 1.2.840.113556.1.4.159 NAME 'accountExpires' SYNTAX '1.2.840.113556.1.4.906' SINGLE-VALUE )",
  "( 2.5.4.4 NAME 'sn' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' SINGLE-VALUE )",
  "( 0.9.2342.19200300.100.1.3 NAME 'mail' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' SINGLE-VALUE )",
  "( 2.5.4.9 NAME 'street' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' )",
  "( 1.2.840.113556.1.2.256 NAME 'streetAddress' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' SINGLE-VALUE )",
];
const SEVERAL = [
  "( x-badge-oid NAME 'badge' DESC 'don't use SYNTAX 1.2.3 here' SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 X-ORIGIN ( 'a' 'b' ) )",
  "(1.2.3.4 NAME ('one' 'two') OBSOLETE SYNTAX 1.9.9.9)",
  "( 1.2.3.5 NAME 'loop' SUP loop )",
  '( 1.2.3.6 SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )',
];

const schemaOf = (lines: readonly string[]) =>
  new AttributeSchema(lines.map(parseAttributeType).filter((type) => type !== null));
const schemas = {
  none: STANDARD_SCHEMA,
  openldap: schemaOf(OPENLDAP),
  ad: schemaOf(ACTIVE_DIRECTORY),
  several: schemaOf(SEVERAL),
};
type Server = keyof typeof schemas;

test.each([
  [SEVERAL[0]!, { oid: 'x-badge-oid', names: ['badge'], syntax: '1.3.6.1.4.1.1466.115.121.1.26' }],
  [SEVERAL[1]!, { oid: '1.2.3.4', names: ['one', 'two'], syntax: '1.9.9.9', singleValue: false }],
  [SEVERAL[3]!, { oid: '1.2.3.6', names: [] }],
  [OPENLDAP[1]!, { names: ['sn', 'surname'], sup: 'name', syntax: null }],
  [OPENLDAP[0]!, { syntax: '1.3.6.1.4.1.1466.115.121.1.15' }],
  [ACTIVE_DIRECTORY[2]!, { names: ['accountexpires'], syntax: '1.2.840.113556.1.4.906', singleValue: true }],
])('RFC 4512, 4.1.2: the definition %s', (definition, expected) => {
  expect(parseAttributeType(definition)).toMatchObject(expected);
});

test('what is no definition is none', () => {
  expect(parseAttributeType('')).toBeNull();
  expect(parseAttributeType('attributetype')).toBeNull();
});

describe('RFC 4512, 2.5: names of one attribute', () => {
  test.each<[Server, string, string]>([
    ...(['none', 'openldap', 'ad'] as const).flatMap((server): [Server, string, string][] => [
      [server, 'mail', 'rfc822mailbox'],
      [server, 'sn', 'surname'],
      [server, 'sn', '2.5.4.4'],
      [server, 'mobile', 'mobiletelephonenumber'],
      [server, 'givenname', 'gn'],
      [server, 'uid', 'userid'],
      [server, 'ou', 'organizationalunitname'],
    ]),
    ['several', 'one', 'two'],
    ['several', 'badge', 'x-badge-oid'],
  ])('%s: %s is %s', (server, one, other) => {
    expect(schemas[server].identity(one)).toBe(schemas[server].identity(other));
  });

  test.each<[Server, string, string]>([
    ['ad', 'street', 'streetaddress'],
    ['none', 'sn', 'givenname'],
    ['openldap', 'sn', 'name'],
    ['several', 'one', 'badge'],
  ])('%s: %s is not %s', (server, one, other) => {
    expect(schemas[server].identity(one)).not.toBe(schemas[server].identity(other));
  });

  test.each<[Server, string, string[]]>([
    ['openldap', 'rfc822Mailbox', ['rfc822Mailbox']],
    ['ad', 'rfc822Mailbox', ['rfc822Mailbox', 'mail']],
    ['ad', 'surname;lang-de', ['surname;lang-de', 'sn;lang-de']],
    ['none', 'surname', ['sn', 'surname']],
    ['none', '2.5.4.4', ['2.5.4.4', 'sn', 'surname']],
    ['none', 'employeeBadge', ['employeeBadge']],
    ['openldap', 'OID.2.5.4.4', ['2.5.4.4']],
    ['ad', 'oid.2.5.4.4;lang-de', ['2.5.4.4;lang-de']],
    ['openldap', 'userCertificate;binary', ['usercertificate', 'userCertificate;binary']],
    ['ad', '1.1', ['1.1']],
    ['ad', '*', ['*']],
  ])('%s: %s is asked for as %j', (server, description, names) => {
    expect([...schemas[server].requestNames(description)].sort()).toEqual(expect.arrayContaining([...names].sort()));
    expect(schemas[server].requestNames(description).length).toBe(names.length);
  });
});

describe('text or bytes is decided by the attribute', () => {
  test.each<[Server, string, string]>([
    ['openldap', 'sn', 'text'],
    ['openldap', 'rfc822Mailbox', 'text'],
    ['openldap', 'jpegPhoto', 'bytes'],
    ['openldap', 'userCertificate', 'bytes'],
    ['openldap', 'entryUUID', 'text'],
    ['openldap', 'sn;binary', 'bytes'],
    ['ad', 'objectSid', 'bytes'],
    ['ad', '1.2.840.113556.1.4.146', 'bytes'],
    ['ad', 'accountExpires', 'text'],
    ['ad', 'logonHours', 'bytes'],
    ['none', 'thumbnailPhoto', 'bytes'],
    ['none', 'mS-DS-ConsistencyGuid', 'bytes'],
    ['none', 'surname', 'text'],
    ['none', 'employeeBadge', 'unknown'],
    ['several', 'one', 'unknown'],
    ['several', 'loop', 'unknown'],
  ])('%s: %s is %s', (server, description, form) => {
    expect(schemas[server].form(description)).toBe(form);
  });

  test.each<[Server, string, boolean | null]>([
    ['none', 'mail', null],
    ['openldap', 'rfc822mailbox', true],
    ['openldap', 'mail;lang-de', true],
    ['openldap', 'emploeeNumber', false],
    ['ad', 'surname', true],
    ['ad', 'uid', false],
  ])('%s knows %s: %s', (server, name, expected) => {
    expect(schemas[server].knows(name)).toBe(expected);
  });
});
