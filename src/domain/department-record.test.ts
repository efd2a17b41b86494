import { departmentRecord } from './department-record.js';

const read = (record: unknown) => departmentRecord.parse(record);
const refusedPath = (record: unknown) => departmentRecord.safeParse(record).error?.issues[0]?.path.join('.');

test('R3: an absent key stays absent, null clears', () => {
  expect(read({})).toEqual({});
  expect(read({ title: null, parentUid: null, order: null })).toEqual({ title: null, parentUid: null, order: null });
  expect(read({ parentUid: '' })).toEqual({ parentUid: null });
});

test('R1: a parent is named by a string or an integer', () => {
  expect(read({ parentUid: 7 })).toEqual({ parentUid: '7' });
  expect(refusedPath({ parentUid: 1.5 })).toBe('parentUid');
  expect(refusedPath({ parentUid: {} })).toBe('parentUid');
});

test('order may be said as sort; order wins', () => {
  expect(read({ sort: 3 })).toEqual({ order: 3 });
  expect(read({ sort: 3, order: 1 })).toEqual({ order: 1 });
  expect(refusedPath({ order: '3' })).toBe('order');
  expect(refusedPath({ sort: true })).toBe('sort');
});

test('R2: unknown keys are custom fields, reserved names are dropped', () => {
  expect(read({ title: 'A', costCentre: 12, id: 'x', password: 'y' })).toEqual({
    title: 'A',
    attributes: { costCentre: 12 },
  });
});
