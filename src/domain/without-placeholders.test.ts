import { DEPARTMENT_PLACEHOLDERS } from './department-record.js';
import { placeholdersOf } from './placeholder.js';
import { USER_PLACEHOLDERS } from './user-record.js';
import { realValues, withoutPlaceholders } from './without-placeholders.js';

const placeholders = placeholdersOf({ add: ['0'], remove: [] });
const user = { placeholders, placeholderFields: USER_PLACEHOLDERS };
const department = { placeholders, placeholderFields: DEPARTMENT_PLACEHOLDERS };

test('R2: a placeholder becomes null in each field, and other fields and keys stay', () => {
  const names = Object.keys(USER_PLACEHOLDERS);
  const given = { ...Object.fromEntries(names.map((name) => [name, '-'])), active: '-', badge: '-' };
  const cleared = { ...Object.fromEntries(names.map((name) => [name, null])), active: '-', badge: '-' };
  expect(withoutPlaceholders(given, user)).toEqual(cleared);
});

test.each([
  [
    ['-', 'd1', { uid: 'NULL', isMain: true }, { uid: 'd2' }],
    ['d1', { uid: 'd2' }],
  ],
  [['-', 0], []],
  [
    ['d1', { name: '-' }, null],
    ['d1', { name: '-' }, null],
  ],
])('R2: of the departments %j those without an id are left out: %j', (departments, kept) =>
  expect(withoutPlaceholders({ departments }, user)).toEqual({ departments: kept }),
);

test('a record without placeholders is handed on as it is', () => {
  const given = { username: 'nan', nickname: 'Null', managerUid: 'none', departments: ['na'], email: 'a@b.example' };
  expect(withoutPlaceholders(given, user)).toBe(given);
});

test('R2: the parent and the order of a department may be a placeholder, its title is kept', () => {
  const given = { title: 'None', parentUid: 'n/a', order: 'NULL' };
  expect(withoutPlaceholders(given, department)).toEqual({ title: 'None', parentUid: null, order: null });
  expect(withoutPlaceholders({ title: '-' }, department)).toEqual({ title: '-' });
});

test('R2, R5: of several values the placeholders are left out', () => {
  const values = { email: ['-', 'ann@x.example'], nickname: ['Null', '-'], other: ['-'] };
  expect(realValues(values, user)).toEqual({ email: ['ann@x.example'], nickname: ['Null'], other: ['-'] });
});
