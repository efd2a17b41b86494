import { fromPairs, toPairs } from './pairs.js';

test('a mapping is read and written the same; null is an empty value', () => {
  const mapping = { nickname: 'displayName', phone: null };
  expect(toPairs(mapping)).toEqual([
    ['nickname', 'displayName'],
    ['phone', ''],
  ]);
  expect(fromPairs(toPairs(mapping), true)).toEqual(mapping);
});

test('unfinished lines are not stored, and without lines there is no mapping', () => {
  expect(
    fromPairs(
      [
        ['', 'cn'],
        [' email ', ' mail '],
        ['phone', ''],
      ],
      false,
    ),
  ).toEqual({ email: 'mail' });
  expect(fromPairs([['phone', '']], false)).toBeUndefined();
  expect(fromPairs([], true)).toBeUndefined();
});
