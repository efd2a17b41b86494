import { median, quantile, ratioOf } from './statistics.js';

test('the median is the middle, of an even number the upper one', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(3);
  expect(median([])).toBeNaN();
});

test.each([
  [0.5, 51],
  [0.95, 96],
  [0.99, 100],
  [1, 100],
])('of 1 to 100, the share %d lies below %d', (share, value) => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(quantile(values, share)).toBe(value);
});

test('a ratio is taken run by run, so that a slow run of both sides does not count', () => {
  expect(ratioOf([1, 10, 3], [1, 5, 1])).toBe(2);
  expect(ratioOf([4, 6, 5], [2])).toBe(2.5);
});
