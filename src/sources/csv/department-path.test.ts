import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PathDepartments, pathId, readPath } from './department-row.js';

test.each([
  ['Sales', ['Sales']],
  ['Group/Sales/EMEA', ['Group', 'Sales', 'EMEA']],
  [' Group / Sales ', ['Group', 'Sales']],
  ['R\\/D/Labs', ['R/D', 'Labs']],
  ['a\\\\/b', ['a\\', 'b']],
  ['', null],
  ['Group//Sales', null],
  ['/Sales', null],
  ['Sales/', null],
])('the path %j is %j', (text, titles) => {
  expect(readPath(text)).toEqual(titles);
});

test('any titles come back out of their escaped path', () => {
  const title = fc.string({ minLength: 1 }).map((text) => text.trim().normalize('NFC'));
  const titles = fc.array(
    title.filter((text) => text !== ''),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(titles, (list) => {
      const path = list.map((one) => one.replace(/[\\/]/g, '\\$&')).join('/');
      expect(readPath(path)).toEqual(list);
    }),
  );
});

test('ids depend on the whole path and on nothing else', () => {
  expect(pathId(['A', 'B'])).toBe(pathId(['A', 'B']));
  expect(new Set([pathId(['A', 'B']), pathId(['B']), pathId(['A/B']), pathId(['B', 'A'])]).size).toBe(4);
});

test('every department above is yielded once, parents first', () => {
  const departments = new PathDepartments();
  departments.add(['A', 'B', 'C']);
  expect(departments.take()).toEqual([
    { externalId: pathId(['A']), data: { title: 'A', parentUid: null } },
    { externalId: pathId(['A', 'B']), data: { title: 'B', parentUid: pathId(['A']) } },
    { externalId: pathId(['A', 'B', 'C']), data: { title: 'C', parentUid: pathId(['A', 'B']) } },
  ]);
  departments.add(['A', 'B']);
  departments.add(['A', 'D']);
  expect(departments.take().map((one) => one.externalId)).toEqual([pathId(['A', 'D'])]);
  expect(departments.size).toBe(4);
});
