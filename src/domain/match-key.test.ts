import fc from 'fast-check';
import { lookalikeOf, MATCH_FIELDS, matchKey } from './match-key.js';

test.each([
  ['username', ' Ann ', 'ann'],
  ['username', 'ÄNN', 'ÄNN'],
  ['username', 'Ange\u0301lique', 'Angélique'],
  ['email', 'Ann.B@Example.COM', 'ann.b@example.com'],
  ['email', 'ann@BÜCHER.example', 'ann@xn--bcher-kva.example'],
  ['email', 'ann@bücher.example', 'ann@xn--bcher-kva.example'],
  ['email', 'Jörg@Example.com', 'Jörg@example.com'],
  ['email', 'a@b@Example.com', 'a@b@example.com'],
  ['email', 'Nobody', 'nobody'],
  ['phone', '+49 (30) 123-4567', '+49301234567'],
  ['phone', '+49.30.1234567', '+49301234567'],
  ['phone', '030 1234567', '0301234567'],
  ['phone', 'ext. 12', 'ext12'],
] as const)('R5: %s %j is compared as %j', (field, given, key) => {
  expect(matchKey(field, given)).toBe(key);
});

test.each(MATCH_FIELDS)('R5: an empty %s is nothing to compare', (field) => {
  for (const value of ['', '  ', null, undefined, 7, {}]) expect(matchKey(field, value)).toBeNull();
});

test.each(['-', 'n/a', '( )', '无'])('R5: the phone %j is no number, so many may have it', (value) => {
  expect(matchKey('phone', value)).toBeNull();
});

/** What people type into a phone field. */
const PHONES = fc.string({ unit: fc.constantFrom(...'0123456789+-() ./x'), maxLength: 20 });

test('R5: the key of a key is the key', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MATCH_FIELDS),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.emailAddress(), PHONES),
      (field, text) => {
        const key = matchKey(field, text);
        expect(key === null ? null : matchKey(field, key)).toBe(key);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('R5: what looks alike has one look, plain ASCII needs none', () => {
  expect(lookalikeOf('admin')).toBeNull();
  expect(lookalikeOf('аdmin')).toBe('admin');
  expect(lookalikeOf('ad𝐦in')).toBe('admin');
  expect(lookalikeOf('pаypal@x.com')).toBe(lookalikeOf('рaypаl@x.com'));
});
