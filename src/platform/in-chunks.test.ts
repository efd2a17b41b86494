import { inChunks, mapInChunks } from './long-work.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

test('every item comes once and in order', async () => {
  expect(await mapInChunks(numbers(250), (item) => item)).toEqual(numbers(250));
  expect(await mapInChunks([], (item) => item)).toEqual([]);
});

test('the event loop runs between two chunks', async () => {
  const seen: string[] = [];
  let turns = 0;
  const other = setInterval(() => (turns += 1), 0);
  for await (const chunk of inChunks(numbers(300))) {
    const until = performance.now() + 3;
    while (performance.now() < until);
    seen.push(`${chunk.length} after ${turns > 0 ? 'a' : 'no'} turn`);
  }
  clearInterval(other);

  expect(seen[0]).toBe('100 after no turn');
  expect(seen.at(-1)).toBe('100 after a turn');
});
