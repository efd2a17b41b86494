import fc from 'fast-check';
import { LOOKALIKES } from '../testing/attacks/lookalikes.js';
import { lookalikeOf, MATCH_FIELDS, matchKey } from './match-key.js';

test.each([
  ['username', ' Ann ', 'ann'],
  ['username', 'ÄNN', 'änn'],
  ['username', 'Ange\u0301lique', 'angélique'],
  ['email', 'Ann.B@Example.COM', 'ann.b@example.com'],
  ['email', 'ann@BÜCHER.example', 'ann@xn--bcher-kva.example'],
  ['email', 'ann@bücher.example', 'ann@xn--bcher-kva.example'],
  ['email', 'Jörg@Example.com', 'jörg@example.com'],
  ['email', 'a@b@Example.com', 'a@b@example.com'],
  ['email', 'Anna', 'anna'],
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

/** Texts that people type into a phone field. */
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

test.each(LOOKALIKES)('R5: %s: %j and %j are not the same, as a name and as an e-mail', (_sort, real, copy, known) => {
  const [name, otherName] = [matchKey('username', real), matchKey('username', copy)!];
  expect(otherName).not.toBe(name);
  expect((lookalikeOf(otherName) ?? otherName) === name).toBe(known === 'seen');
  const [mail, otherMail] = [`${real}@example.com`, `${copy}@example.com`].map((text) => matchKey('email', text)!);
  expect(otherMail).not.toBe(mail);
  expect((lookalikeOf(otherMail!) ?? otherMail) === mail).toBe(known === 'seen');
});

test('R5: what Unicode calls the same letter is the same: the Kelvin sign is a K', () => {
  expect(matchKey('username', '\u212aate')).toBe('kate');
});

test('R5: the corpus has pairs enough, each of them once', () => {
  expect(LOOKALIKES.length).toBeGreaterThanOrEqual(40);
  expect(new Set(LOOKALIKES.map(([, , copy]) => copy)).size).toBe(LOOKALIKES.length);
});

test.each([
  ['Cyrillic', 'ann@ex\u0430mple.com', 'ann@xn--exmple-4nf.com'],
  ['full-width: IDNA says it is the same', 'ann@\uff45xample.com', 'ann@example.com'],
])('R5: domains are compared as the network does: %s', (_sort, given, key) => {
  expect(matchKey('email', given)).toBe(key);
});
