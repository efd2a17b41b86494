import { splitBySize } from './record-log.js';

test.each([
  [['aaa', 'bbb'], 8, [['aaa', 'bbb']]],
  [['aaa', 'bbb'], 7, [['aaa'], ['bbb']]],
  [['aaaaaaaaaa', 'b'], 4, [['aaaaaaaaaa'], ['b']]],
  [['€€', 'a'], 8, [['€€'], ['a']]],
  [[], 8, [[]]],
])('R50: %j in runs of %i bytes', (texts, maxBytes, expected) => {
  expect(splitBySize(texts, maxBytes)).toEqual(expected);
});
