import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseValues } from './choose-values.js';

describe('R5: of several values the known one stays while it is among them', () => {
  test.each([
    ['nothing is known', { email: 'a' }, ['a', 'b'], {}, 'a'],
    ['the known one is the given one', { email: 'a' }, ['a', 'b'], { email: 'a' }, 'a'],
    ['a smaller one was added', { email: 'a' }, ['a', 'b'], { email: 'b' }, 'b'],
    ['the known one was taken away', { email: 'a' }, ['a', 'b'], { email: 'c' }, 'a'],
    ['the known one is spelled in another way now', { email: 'a' }, ['a', 'B@x.org'], { email: 'b@X.org ' }, 'B@x.org'],
    ['two spellings, one of them the known one', { email: 'B' }, ['B', 'b'], { email: 'b' }, 'b'],
    ['it was cleared before', { email: 'a' }, ['a', 'b'], { email: null }, 'a'],
    ['the known one is a composed character', { email: 'a' }, ['a', 'u\u0308'], { email: 'ü' }, 'u\u0308'],
    ['the name is one that every object inherits', { toString: 'a' }, ['a', 'b'], {}, 'a'],
    ['the known one is no text', { email: 'a' }, ['a', '7'], { email: 7 }, 'a'],
  ])('%s', (_, record, values, known, expected) => {
    const [field] = Object.keys(record);
    expect(chooseValues(record, { [field!]: values }, known)).toEqual({ [field!]: expected });
  });

  test('a field that the record leaves out stays left out; fields without alternatives stay as they are', () => {
    expect(chooseValues({ title: 'x' }, { email: ['a', 'b'] }, { email: 'b', title: 'y' })).toEqual({ title: 'x' });
  });

  test('law: the order of the values does not matter, and twice is once', () => {
    const values = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.constantFrom('a', 'b', 'z'), fc.boolean(), (list, current, reverse) => {
        const smallest = [...list].sort()[0];
        const choose = (given: string[], email: unknown) =>
          chooseValues({ email: smallest }, { email: given }, { email })['email'];
        const first = choose(list, current);
        expect(choose(reverse ? [...list].reverse() : list, current)).toBe(first);
        expect(choose(list, first)).toBe(first);
        expect(list).toContain(first);
      }),
    );
  });
});
