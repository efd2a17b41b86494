import { groupLines } from './group-lines.js';

const group = (...lines: (readonly string[])[]) =>
  groupLines(lines.map((values, at) => ({ id: BigInt(at), values }))).map((ids) => ids.map(Number));

test.each([
  ['nothing', [], []],
  ['lines without values stand alone', [[], []], [[0], [1]]],
  ['two that swap', [['a', 'b'], ['b', 'a'], ['c']], [[0, 1], [2]]],
  [
    'a chain that is closed late',
    [
      ['a', 'b'],
      ['c', 'd'],
      ['b', 'c'],
    ],
    [[0, 1, 2]],
  ],
  ['two fields tie as well as one', [['name/a'], ['mail/a'], ['name/b', 'mail/a']], [[0], [1, 2]]],
  [
    'two groups',
    [['a', 'b'], ['c', 'd'], ['b'], ['d']],
    [
      [0, 2],
      [1, 3],
    ],
  ],
])('R12: %s', (_name, lines, groups) => {
  expect(group(...lines)).toEqual(groups);
});

test('a ring of many stays one group', () => {
  const ring = Array.from({ length: 5_000 }, (_, at) => [`n${at}`, `n${(at + 1) % 5_000}`]);
  expect(group(...ring)).toHaveLength(1);
});
