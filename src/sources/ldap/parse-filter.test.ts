import { BerWriter } from 'ldapts';
import { describe, expect, test } from '@jest/globals';
import { parseFilter } from './parse-filter.js';

describe('the text of a filter (RFC 4515)', () => {
  test.each([
    ['(&(objectClass=person)(uid=a*))', '(&(objectClass=person)(uid=a*))'],
    ['(& (objectClass=person) (uid=a*))', '(&(objectClass=person)(uid=a*))'],
    ['  (&(objectClass=person)(uid=a*))\n', '(&(objectClass=person)(uid=a*))'],
    [
      '(&\n\t(objectClass=person)\r\n\t(|\n\t\t(uid=a)\n\t\t(uid=b)\n\t)\n)',
      '(&(objectClass=person)(|(uid=a)(uid=b)))',
    ],
    ['( & ( objectClass=person ) ( uid=a* ) )', '(&(objectClass=person)(uid=a*))'],
    ['( uid = a* )', '(uid=a*)'],
    ['(!  (uid=a) )', '(!(uid=a))'],
    ['(!uid=a)', '(!(uid=a))'],
    ['(&(uid=*)(!(|(uid=a)(uid=b))))', '(&(uid=*)(!(|(uid=a)(uid=b))))'],
    ['objectClass=person', '(objectClass=person)'],
    ['&(uid=a)(uid=b)', '(&(uid=a)(uid=b))'],
    ['((uid=a))', '(uid=a)'],
    ['(&)', '(&)'],
    ['( | )', '(|)'],
    ['(cn=Anna Maria  Schmidt)', '(cn=Anna Maria  Schmidt)'],
    ['(cn= Anna )', '(cn= Anna )'],
    ['(cn=Anna\n)', '(cn=Anna)'],
    ['(cn=\n  Anna)', '(cn=Anna)'],
    ['(cn=)', '(cn=)'],
    ['(cn=a*b*c)', '(cn=a*b*c)'],
    ['(cn=*a**b*)', '(cn=*a*b*)'],
    ['(cn=**)', '(cn=*)'],
    ['(cn=a=b)', '(cn=a=b)'],
    ['(uSNChanged>=7)', '(uSNChanged>=7)'],
    ['(uSNChanged <= 7)', '(uSNChanged<=7)'],
    ['(cn~=ana)', '(cn~=ana)'],
    ['(cn;lang-de=x)', '(cn;lang-de=x)'],
    ['(2.5.4.3=x)', '(2.5.4.3=x)'],
    ['(memberOf:1.2.840.113556.1.4.1941:=cn=a,dc=x)', '(memberOf:1.2.840.113556.1.4.1941:=cn=a,dc=x)'],
    ['(cn:dn:caseExactMatch:=x)', '(cn:dn:caseExactMatch:=x)'],
    ['(:caseExactMatch:=x)', '(:caseExactMatch:=x)'],
    ['(memberOf=cn=Sales (EMEA),dc=x)', '(memberOf=cn=Sales \\28EMEA\\29,dc=x)'],
    ['(cn=a\\2ab\\28\\29\\5c)', '(cn=a\\2ab\\28\\29\\5c)'],
    ['(cn=a\\*b)', '(cn=a\\2ab)'],
    ['(cn=a\\)b)', '(cn=a\\29b)'],
    ['(ou=研发)', '(ou=研发)'],
    ['(ou=\\e7\\a0\\94\\e5\\8f\\91)', '(ou=研发)'],
    ['(ou=\\E7\\a0\\94*)', '(ou=研*)'],
    ['(objectGUID=\\ff\\00\\28)', '(objectGUID=\\ff\\00\\28)'],
  ])('%j is taken', (text, expected) => {
    expect(parseFilter(text).toString()).toBe(expected);
  });

  test.each([
    ['', /is empty/],
    ['  \n ', /is empty/],
    ['(&(a=b)', /the "\(" is not closed \(character 1, at "\(&\(a=b\)"\)/],
    ['(&(a=b)(c=d)))', /"\)" has no "\(" \(character 14/],
    ['(a=b)(c=d)', /text after the end of the filter \(character 6, at "\(c=d\)"\)/],
    ['(a=b', /not closed/],
    ['a=b)', /has no "\("/],
    ['(&\n  (a=b)\n  c=d\n)', /a "\(" is missing before this text \(line 3, character 3, at "c=d \)"\)/],
    ['(objectClass=user(cn=x))', /a "\)" is missing before this component.*character 18/],
    ['(person)', /an operator is missing/],
    ['()', /an attribute is missing/],
    ['(=x)', /an attribute is missing/],
    ['(a b=c)', /"a b" is not the name of an attribute/],
    ['(a!=b)', /"!=" is not an operator/],
    ['(a>5)', /operator is missing/],
    ['(&amp;(a=b)(c=d))', /missing before this text.*at "amp;/],
    ['(cn=a\\zz)', /backslash.*5c/],
    ['(cn=a\\)', /not closed/],
    ['(cn>=\\ff)', /not UTF-8/],
    ['(:=x)', /attribute/],
    ['(cn:caseExactMatch=x)', /":="/],
    [`${'('.repeat(101)}a=b${')'.repeat(101)}`, /nested/],
  ])('%j is refused, and the place is named', (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });

  test('bytes that are no text go over the wire as they are', () => {
    const writer = new BerWriter();
    parseFilter('(objectGUID=\\ff\\00\\28)').write(writer);
    expect(writer.buffer.subarray(-3)).toEqual(Buffer.from([0xff, 0, 0x28]));
  });
});
