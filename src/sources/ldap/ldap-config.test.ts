import { expect, test } from '@jest/globals';
import { ldapConfigSchema } from './ldap-config.js';
import { parseFilter } from './parse-filter.js';

const GOOD = {
  ...{ url: 'ldaps://ldap.example.org', bindDn: 'cn=reader,dc=x', bindPassword: 'p', preset: 'openldap' },
  ...{ baseDn: 'dc=x', users: {}, departments: {} },
};

const paths = (options: object) => {
  const parsed = ldapConfigSchema.safeParse({ ...GOOD, ...options });
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'));
};

test.each([
  ['as little as can be', {}],
  ['no departments', { departments: null }],
  ['StartTLS', { url: 'ldap://h:1389', startTls: true, tls: { ca: 'pem' } }],
  ['an AD bind name', { bindDn: 'EXAMPLE\\reader', preset: 'ad' }],
  ['attributes', { users: { attributes: { uid: 'employeeNumber', title: null, room: 'roomNumber' } } }],
])('options: %s', (_, options) => {
  expect(paths(options)).toEqual([]);
});

test.each([
  ['an empty password', { bindPassword: '' }, 'bindPassword'],
  ['another protocol', { url: 'https://h' }, 'url'],
  ['a path in the url', { url: 'ldap://h/dc=x' }, 'url'],
  ['a password in the url', { url: 'ldap://u:p@h' }, 'url'],
  ['StartTLS on ldaps', { startTls: true }, 'startTls'],
  ['TLS options without TLS', { url: 'ldap://h', tls: { ca: 'pem' } }, 'tls'],
  ['a base DN that is none', { baseDn: 'example.org' }, 'baseDn'],
  ['a filter with a mistake', { users: { filter: '(&(a=b)' } }, 'users.filter'],
  ['a filter for departments with a mistake', { departments: { filter: '(=)' } }, 'departments.filter'],
  ['a password attribute', { users: { attributes: { pin: 'userPassword' } } }, 'users.attributes.pin'],
  ['the id switched off', { users: { attributes: { uid: null } } }, 'users.attributes.uid'],
  ['a page size that AD would cut', { pageSize: 1_001 }, 'pageSize'],
])('options: %s is refused', (_, options, path) => {
  expect(paths(options)).toContain(path);
});

test.each([
  ...['userPassword', 'USERPASSWORD', 'userPassword;binary', 'userPassword;x-nds', '2.5.4.35', 'OID.2.5.4.35'],
  ...['unicodePwd', '1.2.840.113556.1.4.90', 'sambaLMPassword', 'krbPrincipalKey', 'pwdHistory', 'authPassword'],
])('%s is a password under any name, and is refused', (pin) => {
  const parsed = ldapConfigSchema.safeParse({ ...GOOD, users: { attributes: { pin } } });
  expect(parsed.error?.issues).toMatchObject([
    { path: ['users', 'attributes', 'pin'], message: 'is a password: it is never read' },
  ]);
});

test.each([
  'mail',
  'cn;lang-de',
  'userCertificate;binary',
  '2.5.4.4',
  'OID.2.5.4.4;lang-en-us',
  'x-badge',
  'pwdChangedTime',
])('%s is the name of an attribute', (name) => expect(paths({ users: { attributes: { email: name } } })).toEqual([]));

test.each(['mail;', ';lang-de', 'cn;;lang-de', ' mail', 'mail\u200b', 'mail,cn', 'cn;lang_de', '-x'])(
  '%j is the name of no attribute: it would be empty for everyone',
  (name) => expect(paths({ users: { attributes: { email: name } } })).toEqual(['users.attributes.email']),
);

test('a filter may carry Chinese as text or as bytes', () => {
  expect(parseFilter('(ou=\\e7\\a0\\94\\e5\\8f\\91)').toString()).toBe(parseFilter('(ou=研发)').toString());
  expect(parseFilter('(cn=a\\2ab)').toString()).toBe('(cn=a\\2ab)');
});
