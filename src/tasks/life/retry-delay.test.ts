import { retryDelay } from './delay-task.store.js';

test.each([
  [1, 2_500, 5_000],
  [2, 5_000, 10_000],
  [5, 40_000, 80_000],
  [30, 150_000, 300_000],
])('R42: failure %i waits between %i and %i ms', (failures, least, most) => {
  expect(retryDelay({ failures, afterMs: undefined, random: 0 })).toBe(least);
  expect(retryDelay({ failures, afterMs: undefined, random: 1 })).toBe(most);
});

test('R42: what the source asks for is honoured when it is longer, also above the cap', () => {
  expect(retryDelay({ failures: 1, afterMs: 900_000, random: 0 })).toBe(900_000);
  expect(retryDelay({ failures: 5, afterMs: 1_000, random: 0 })).toBe(40_000);
});
