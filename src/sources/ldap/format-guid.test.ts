import { expect, test } from '@jest/globals';
import { entryOf } from '../../testing/servers/slapd-entry-of.js';
import { entryId, formatGuid } from './entry-id.js';

const BYTES = Buffer.from('4168010cac186e4fb54c88e409272c69', 'hex');

test('the first three groups of an objectGUID are little-endian, the last two are not', () => {
  expect(formatGuid(BYTES)).toBe('0c016841-18ac-4f6e-b54c-88e409272c69');
  expect(formatGuid(BYTES.subarray(1))).toBeNull();
});

test('the source of the bytes is left as it was', () => {
  const before = BYTES.toString('hex');
  formatGuid(BYTES);
  expect(BYTES.toString('hex')).toBe(before);
});

test.each([
  ['objectGUID', { objectGUID: BYTES }, '0c016841-18ac-4f6e-b54c-88e409272c69'],
  ['entryUUID', { entryUUID: '0C016841-18AC-4F6E-B54C-88E409272C69' }, '0c016841-18ac-4f6e-b54c-88e409272c69'],
  ['employeeNumber', { employeeNumber: 'E-007a' }, 'E-007a'],
  ['entryUUID', {}, null],
])('R1: the id in %s comes in its canonical text form', (attribute, attributes, id) => {
  expect(entryId(entryOf('cn=a', attributes), attribute)).toBe(id);
});
