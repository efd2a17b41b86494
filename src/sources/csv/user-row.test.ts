import { expect, test } from '@jest/globals';
import { pathId } from './department-path.js';
import { departmentRow } from './department-row.js';
import { DEPARTMENT_COLUMNS, USER_COLUMNS } from './known-columns.js';
import { mapHeader } from './map-header.js';
import { RowCells } from './row-cells.js';
import { userRow } from './user-row.js';

/** The record of one row of a users file, or what is wrong with it. */
function read(values: Record<string, string>, by: 'id' | 'path' = 'id') {
  return readCells(Object.keys(values), Object.values(values), by);
}

function readCells(names: readonly string[], row: readonly string[], by: 'id' | 'path' = 'id') {
  const header = mapHeader(names, { label: 'file', known: USER_COLUMNS, required: 'uid', columns: {} });
  const cells = new RowCells({ number: 7, cells: row }, header);
  const { externalId, data } = userRow({ by })(cells);
  return { externalId, data: cells.problem ? null : (data as Record<string, unknown>), code: cells.problem?.code };
}

test('cells are kept as they are: zeros in front, quotes, plus signs', () => {
  expect(read({ uid: '007', username: ' bob ', phone: '+15550100', title: '=1+1', Floor: '03' })).toEqual({
    externalId: '007',
    data: { username: ' bob ', phone: '+15550100', title: '=1+1', Floor: '03' },
    code: undefined,
  });
});

test('R3: an empty cell clears, a column that is not there says nothing', () => {
  expect(read({ uid: '1', email: '', managerUid: '', Team: '', departments: '' }).data).toEqual({
    email: null,
    managerUid: null,
    Team: null,
    departments: [],
  });
});

test.each([
  ...['true', 'TRUE', 'yes', '1', ' Yes '].map((word) => [word, true] as const),
  ...['false', 'no', '0', 'False'].map((word) => [word, false] as const),
  ['', null] as const,
])('R4: active %j is %p', (word, active) => {
  expect(read({ uid: '1', active: word }).data).toEqual({ active });
});

test.each([['inactive'], ['x'], ['2'], ['nein'], ['-']])('R4: active %j is a mistake, never a no', (word) => {
  expect(read({ uid: '1', active: word })).toEqual({ externalId: '1', data: null, code: 'invalid_boolean' });
});

test.each([
  [{ uid: '1.23E+11' }, null],
  [{ uid: '1', phone: '8.61391E+12' }, '1'],
  [{ uid: '1', phone: '4,9E+11' }, '1'],
  [{ uid: '1', managerUid: '1E+05' }, '1'],
  [{ uid: '1', departments: 'a;1.5e+10' }, '1'],
])('a number that a spreadsheet rounded is refused: %j', (values, externalId) => {
  expect(read(values)).toEqual({ externalId, data: null, code: 'number_was_rounded' });
});

test('ids that only look like numbers are fine', () => {
  expect(read({ uid: '12E4', managerUid: '1E5', phone: '123' }).data).toEqual({ managerUid: '1E5', phone: '123' });
});

test('R24: the first department is the main one; the same twice is once', () => {
  expect(read({ uid: '1', departments: ' a ; b;;a' }).data).toEqual({
    departments: [
      { uid: 'a', isMain: true },
      { uid: 'b', isMain: false },
    ],
  });
});

test('ownerOf marks departments, and adds those that the row does not list', () => {
  expect(read({ uid: '1', departments: 'a;b', ownerOf: 'b;c' }).data).toEqual({
    departments: [
      { uid: 'a', isMain: true, isOwner: false },
      { uid: 'b', isMain: false, isOwner: true },
      { uid: 'c', isMain: false, isOwner: true },
    ],
  });
});

test('paths become ids; a semicolon or slash in a title is escaped', () => {
  expect(read({ uid: '1', departments: 'A/B; R\\/D\\; Labs' }, 'path').data).toEqual({
    departments: [
      { uid: pathId(['A', 'B']), isMain: true },
      { uid: pathId(['R/D; Labs']), isMain: false },
    ],
  });
  expect(read({ uid: '1', departments: 'A//B' }, 'path')).toMatchObject({ externalId: '1', code: 'invalid_path' });
});

test.each([
  ['too few cells', ['1', 'a']],
  ['too many', ['1', 'a', 'b', 'c']],
])('R7: a ragged row is refused without an id, as its cells may have moved: %s', (_, row) => {
  expect(readCells(['uid', 'username', 'title'], row)).toEqual({ externalId: null, data: null, code: 'ragged_row' });
});

test('empty cells behind the last column do no harm', () => {
  expect(readCells(['uid', 'username', ''], ['1', 'a', '', '']).data).toEqual({ username: 'a' });
});

test('a row without uid is refused', () => {
  expect(read({ uid: ' ', nickname: 'Bob' })).toEqual({ externalId: null, data: null, code: 'missing_uid' });
});

test('departments: an empty parent is the root, an order is a number', () => {
  const header = mapHeader(['id', 'name', 'parent', 'sort', 'Cost center'], {
    ...{ label: 'file', known: DEPARTMENT_COLUMNS, required: 'uid', columns: {} },
  });
  const cells = (row: readonly string[]) => new RowCells({ number: 2, cells: row }, header);
  expect(departmentRow(cells(['01', 'Sales', '', '2,5', 'x']))).toEqual({
    externalId: '01',
    data: { title: 'Sales', parentUid: null, order: 2.5, 'Cost center': 'x' },
  });
  const bad = cells(['01', 'Sales', '', 'first', 'x']);
  departmentRow(bad);
  expect(bad.problem?.code).toBe('invalid_number');
});
