import { setImmediate } from 'node:timers/promises';
import { startLongWork } from './long-work.js';

function keepBusy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('a time slice is over after some milliseconds, and a new one begins after the rest', async () => {
  const work = startLongWork();
  await work.rest();
  expect(work.isDue()).toBe(false);
  keepBusy(6);
  expect(work.isDue()).toBe(true);
  await work.rest();
  expect(work.isDue()).toBe(false);
});

test('one time slice in each turn of the event loop, whatever the number of works', async () => {
  const slices: number[] = [];
  let turn = 0;
  let ended = 0;
  const works = Array.from({ length: 8 }, async () => {
    const work = startLongWork();
    for (let slice = 0; slice < 5; slice += 1) {
      await work.rest();
      slices.push(turn);
    }
    ended += 1;
  });
  for (; ended < 8; turn += 1) await setImmediate();
  await Promise.all(works);
  expect(slices).toHaveLength(40);
  expect(new Set(slices).size).toBe(40);
});

test('the oldest work goes first', async () => {
  const order: number[] = [];
  const run = async (name: number) => {
    const work = startLongWork();
    for (let slice = 0; slice < 3; slice += 1) {
      await work.rest();
      order.push(name);
    }
  };
  await Promise.all([run(1), run(2), run(3)]);
  expect(order.filter((name) => name === 1).length).toBe(3);
  expect(order.lastIndexOf(1)).toBeLessThan(order.lastIndexOf(2));
  expect(order.lastIndexOf(2)).toBeLessThan(order.lastIndexOf(3));
});
