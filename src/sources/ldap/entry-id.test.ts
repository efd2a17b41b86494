import { describe, expect, test } from '@jest/globals';
import { entryOf } from '../../testing/servers/slapd-entry-of.js';
import { entryId } from './entry-id.js';
import { valuesOf } from './ldap-entry.js';

const hex = (text: string) => Buffer.from(text, 'hex');
const base64 = (text: string) => hex(text).toString('base64');

/** Bytes that happen to be text, and bytes that are not. */
const SIXTEEN = [
  '00000000000000000000000000000000',
  '6162636465666768696a6b6c6d6e6f70',
  'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0',
];

describe('R1: the form of an id follows from the attribute, not from its bytes', () => {
  test.each([
    ...SIXTEEN.map((bytes) => ['mS-DS-ConsistencyGuid', bytes, base64(bytes)]),
    ...['010500000000000515000000640000006500000066000000500400', '0102', '53494421'].map((bytes) => [
      ...['objectSid', bytes, base64(bytes)],
    ]),
    ['objectGUID', SIXTEEN[0]!, '00000000-0000-0000-0000-000000000000'],
    ['objectGUID', SIXTEEN[1]!, '64636261-6665-6867-696a-6b6c6d6e6f70'],
    ['1.2.840.113556.1.4.2', SIXTEEN[1]!, '64636261-6665-6867-696a-6b6c6d6e6f70'],
    [
      'objectGUID',
      Buffer.from('64636261-6665-6867-696A-6b6c6d6e6f70').toString('hex'),
      '64636261-6665-6867-696a-6b6c6d6e6f70',
    ],
    ['objectGUID', '0102', null],
    ['employeeBadge;binary', '0a0b', base64('0a0b')],
    ['employeeBadge', Buffer.from('B-7').toString('hex'), 'B-7'],
    ['employeeBadge', 'ff00', null],
    ['employeeNumber', 'ff', null],
    ['uid', '6100', null],
    [
      'entryUUID',
      Buffer.from('64636261-6665-6867-696A-6B6C6D6E6F70').toString('hex'),
      '64636261-6665-6867-696a-6b6c6d6e6f70',
    ],
  ])('%s of %s is %s', (attribute, bytes, expected) => {
    expect(entryId(entryOf('cn=a,dc=x', { [attribute!]: hex(bytes!) }), attribute!)).toBe(expected);
  });

  test.each([
    ['uid=b,dc=x', ['a', 'b'], 'b'],
    ['uid=b,dc=x', ['b', 'a'], 'b'],
    ['cn=b,dc=x', ['b', 'a'], 'a'],
    ['USERID=B,dc=x', ['a', 'b'], 'b'],
  ])('of several values in any order it is the naming one, else the smallest: %s %j', (dn, uid, expected) => {
    expect(entryId(entryOf(dn, { uid }), 'uid')).toBe(expected);
  });
});

describe('values of one attribute come in one form', () => {
  test.each([
    ['logonHours', '000000000000000000000000000000000000000000', 1, 0],
    ['logonHours', '616263', 1, 0],
    ['jpegPhoto', 'ffd8ffe0', 1, 0],
    ['thumbnailPhoto', '2020', 1, 0],
    ['description', '6100', 0, 1],
    ['description', 'c328', 0, 1],
    ['description', '610a62', 1, 0],
    ['description', 'efbfbd', 1, 0],
    ['employeeBadge', '6102', 0, 1],
    ['employeeBadge', '610962', 1, 0],
    ['employeeBadge;binary', '616263', 1, 0],
  ])('%s %s', (attribute, bytes, usable, unreadable) => {
    const values = valuesOf(entryOf('cn=a,dc=x', { [attribute]: hex(bytes) }), attribute);
    expect([values.texts.length, values.unreadable]).toEqual([usable, unreadable]);
    const isBytes = /Hours|Photo|binary/.test(attribute);
    if (usable > 0) expect(values.texts[0]).toBe(isBytes ? base64(bytes) : hex(bytes).toString());
  });
});
