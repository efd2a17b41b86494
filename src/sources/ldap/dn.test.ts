import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeDnValue } from '../../testing/servers/slapd-ldif.js';
import { ancestorKeys, dnKey, parseDn } from './dn.js';

const keyOf = (text: string): string => {
  const dn = parseDn(text);
  if (dn === null) throw new Error(`"${text}" is no DN`);
  return dnKey(dn);
};

/** Every byte of the value as a hex pair. */
const asHex = (value: string) => Buffer.from(value).toString('hex').replace(/../g, '\\$&');

describe('reading DNs', () => {
  test.each([
    ['case', 'CN=Anna,OU=Sales,DC=Example', 'cn=anna,ou=SALES,dc=example'],
    ['spaces around and inside', ' cn = Anna   Maria , ou=Sales ', 'cn=anna maria,ou=sales'],
    ['an escaped comma in three forms', 'cn=Ng\\, Amy,dc=x', 'cn=Ng\\2C Amy,dc=x'],
    ['an escaped comma in upper and lower hex', 'cn=Ng\\2C Amy,dc=x', 'cn=Ng\\2c Amy,dc=x'],
    ['UTF-8 as text and as bytes', 'ou=研发,dc=x', 'ou=\\e7\\a0\\94\\E5\\8F\\91,dc=x'],
    ['composed and decomposed characters', 'cn=Müller,dc=x', 'cn=Mu\u0308ller,dc=x'],
    ['the order inside one RDN', 'cn=a+sn=b,dc=x', 'SN=b+cn=a,dc=x'],
    ['an RDN of two as text, with an escaped plus', 'cn=a\\+b,dc=x', 'cn=a\\2bb,dc=x'],
    ['long names and OIDs', 'organizationalUnitName=a,OID.2.5.4.11=b', 'ou=a,ou=b'],
    ['a BER hex string', 'cn=#04024869,dc=x', 'cn=Hi,dc=x'],
    ['an escaped leading # and quotes', 'cn=\\#5 \\"a\\",dc=x', 'cn=\\235 \\22a\\22,dc=x'],
  ])('compares without regard to %s', (_, one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });

  test.each([
    ['a comma inside and a further RDN', 'cn=a\\,ou=b,dc=x', 'cn=a,ou=b,dc=x'],
    ['a plus inside and a second pair', 'cn=a\\+sn=b', 'cn=a+sn=b'],
    ['a hash text and an opaque value', 'cn=\\#0502', 'cn=#0502'],
    ['a backslash and nothing', 'cn=a\\\\', 'cn=a'],
  ])('keeps apart %s', (_, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  test('counts RDNs right where values hold commas', () => {
    expect(parseDn('cn=Ng\\, Amy,ou=Sales\\2C EMEA,dc=x')).toHaveLength(3);
    expect(parseDn('')).toEqual([]);
  });

  test.each(['garbage', 'cn=a,', 'cn=a\\', '=a', 'cn=#0', 'a b=c', 'EXAMPLE\\anna', 'anna@example.org'])(
    'refuses "%s"',
    (text) => {
      expect(parseDn(text)).toBeNull();
    },
  );

  test('names the entries above, nearest first', () => {
    const dn = parseDn('cn=a,ou=b\\,c,dc=x') ?? [];
    expect([...ancestorKeys(dn)]).toEqual([keyOf('ou=b\\,c,dc=x'), keyOf('dc=x')]);
  });

  test('law: however a value is escaped, the DN is the same and has as many RDNs', () => {
    const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(value, value, (one, two) => {
        const escaped = `cn=${escapeDnValue(one)},ou=${escapeDnValue(two)},dc=x`;
        const hex = `CN=${asHex(one)} , OU=${asHex(two)},DC=X`;
        expect(parseDn(escaped)).toHaveLength(3);
        expect(keyOf(hex)).toBe(keyOf(escaped));
      }),
    );
  });

  test('law: a normal form is its own normal form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (value) => {
        const once = keyOf(`cn=${escapeDnValue(value)}`);
        expect(keyOf(once)).toBe(once);
      }),
    );
  });
});
