import fc from 'fast-check';
import { foldCase } from './match-key.js';

/** Pairs from Unicode's CaseFolding.txt and the examples of the Unicode Standard, 5.18. */
test.each([
  ['Zoe\u0308', 'ZO\u00cb', 'a diaeresis, composed or not'],
  ['Jörg', 'JÖRG', 'an umlaut'],
  ['straße', 'STRASSE', 'sharp s'],
  ['stra\u1e9ee', 'strasse', 'capital sharp s'],
  ['ΟΔΟΣ', 'οδος', 'final sigma'],
  ['οδοσ', 'οδος', 'sigma in the wrong place'],
  ['ИВАН', 'иван', 'Cyrillic'],
  ['ԱՆՆԱ', 'աննա', 'Armenian'],
  ['\u212aate', 'kate', 'the Kelvin sign'],
  ['ﬁnn', 'FINN', 'a ligature'],
  ['\u01f0an', 'J\u030cAN', 'a letter without a capital of its own'],
  ['\u13a0\u13a1', '\uab70\uab71', 'Cherokee'],
  ['\u1c90', '\u10d0', 'Georgian'],
  ['\u0345', '\u03b9', 'iota below'],
  ['ÅSA', '\u212bsa', 'the Angstrom sign'],
  ['Đặng', 'ĐẶNG', 'Vietnamese'],
])('R5: %j = %j: %s', (one, other) => {
  expect(foldCase(one)).toBe(foldCase(other));
});

test.each([
  ['I', 'ı', 'dotless i'],
  ['i', 'İ', 'capital i with a dot: it folds to i and a dot above'],
  ['e', 'é', 'an accent'],
  ['ss', 'ẞs', 'three letters'],
  ['а', 'a', 'Cyrillic and Latin'],
])('R5: %j ≠ %j: %s', (one, other) => {
  expect(foldCase(one)).not.toBe(foldCase(other));
});

test("R5: letters that Unicode's collation tells apart by case only are the same", () => {
  const { compare } = new Intl.Collator('und', { sensitivity: 'accent' });
  const wrong: string[] = [];
  for (let code = 0x80; code <= 0x1_ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const letter = String.fromCodePoint(code);
    const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    if (other === letter || Array.from(other).length > 1) continue;
    if (compare(letter, other) === 0 && foldCase(letter) !== foldCase(other)) wrong.push(letter);
  }
  expect(wrong).toEqual([]);
});

test('R5: the folded form of a folded form is itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (text, other) => {
      for (const one of [text, other]) expect(foldCase(foldCase(one))).toBe(foldCase(one));
    }),
    { numRuns: 3_000 },
  );
});
