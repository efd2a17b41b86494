import { validate, version } from 'uuid';
import { freshIds } from './fresh-ids.js';

test('ids of one call are valid, different and in order', () => {
  const ids = freshIds(5_000);

  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect(new Set(ids).size).toBe(5_000);
  expect([...ids].sort()).toEqual(ids);
});

test('two calls share no id', () => {
  const first = new Set(freshIds(1_000));

  expect(freshIds(1_000).filter((id) => first.has(id))).toEqual([]);
});

test('none are asked for', () => {
  expect(freshIds(0)).toEqual([]);
});
