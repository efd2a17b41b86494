import { MAX_EXTERNAL_ID, readExternalId } from './external-id.js';

test.each([
  ['a word', 'u1', 'u1'],
  ['an integer', 42, '42'],
  ['zero', 0, '0'],
  ['a negative integer', -7, '-7'],
  ['the greatest exact integer', Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['the longest id', 'x'.repeat(MAX_EXTERNAL_ID), 'x'.repeat(MAX_EXTERNAL_ID)],
  ['blanks around, which belong to it', ' u1 ', ' u1 '],
  ['a character of two code units', '😀', '😀'],
  ['a word that is also a property', '__proto__', '__proto__'],
])('R1: an id may be %s', (_name, given, externalId) => {
  expect(readExternalId(given)).toEqual({ ok: true, externalId });
});

test.each([
  ['absent', undefined, 'missing_uid'],
  ['null', null, 'missing_uid'],
  ['empty', '', 'missing_uid'],
  ['blank', ' \u3000', 'missing_uid'],
  ['one character too long', 'x'.repeat(MAX_EXTERNAL_ID + 1), 'invalid_uid'],
  ['a NUL', 'a\u0000b', 'invalid_uid'],
  ['a line break', 'a\nb', 'invalid_uid'],
  ['a C1 control character', 'a\u0085b', 'invalid_uid'],
  ['half of a surrogate pair', 'a\ud83d', 'invalid_uid'],
  ['a fraction', 1.5, 'invalid_uid'],
  ['an integer that is not exact', Number.MAX_SAFE_INTEGER + 1, 'invalid_uid'],
  ['not a number', Number.NaN, 'invalid_uid'],
  ['a boolean', true, 'invalid_uid'],
  ['an object', { id: 1 }, 'invalid_uid'],
  ['a list', ['u1'], 'invalid_uid'],
])('R1: an id may not be %s', (_name, given, code) => {
  expect(readExternalId(given)).toMatchObject({ ok: false, code });
});
