import fc from 'fast-check';
import { firstCharacters, isLongerThan } from './text.js';

test.each([
  ['shorter than the limit', 'ab', 3, 'ab'],
  ['longer', 'abcd', 3, 'abc'],
  ['an emoji over the limit is left out whole', 'ab🙂', 3, 'ab'],
  ['an emoji at the limit stays', 'a🙂b', 3, 'a🙂'],
  ['less than one emoji', '🙂', 1, ''],
])('firstCharacters: %s', (_name, given, most, wanted) => {
  expect(firstCharacters(given, most)).toBe(wanted);
});

test('the beginning of a well-formed text is well-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (given, most) => {
      const cut = firstCharacters(given, most);
      expect(cut.isWellFormed() && given.startsWith(cut) && cut.length <= most).toBe(true);
    }),
  );
});

test('isLongerThan counts code points', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (given, most) => {
      expect(isLongerThan(given, most)).toBe([...given].length > most);
    }),
  );
});
