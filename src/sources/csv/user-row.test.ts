import { expect, test } from '@jest/globals';
import { departmentRow, pathId } from './department-row.js';
import { DEPARTMENT_COLUMNS, mapHeader, USER_COLUMNS } from './map-header.js';
import { RowCells } from './row-cells.js';
import { userRow } from './user-row.js';

/** The record of one row of a users file, or its problem. */
function read(values: Record<string, string>, by: 'id' | 'path' = 'id') {
  return readCells(Object.keys(values), Object.values(values), by);
}

function readCells(names: readonly string[], row: readonly string[], by: 'id' | 'path' = 'id') {
  const header = mapHeader(names, { label: 'file', known: USER_COLUMNS, required: 'uid', columns: {} });
  const cells = new RowCells({ number: 7, cells: row }, header);
  const { externalId, data } = userRow({ by })(cells);
  const code = cells.problem?.code ?? cells.fieldProblems.map((one) => `${one.field} ${one.code}`).join(', ');
  return { externalId, data: cells.problem ? null : (data as Record<string, unknown>), code };
}

test('cells are kept as they are: zeros in front, quotes, plus signs', () => {
  expect(read({ uid: '007', username: ' bob ', phone: '+15550100', title: '=1+1', Floor: '03' })).toEqual({
    externalId: '007',
    data: { username: ' bob ', phone: '+15550100', title: '=1+1', Floor: '03' },
    code: '',
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

test.each([
  ['x'],
  ['✓'],
  ['2'],
  ['-1'],
  ['-'],
  ['A'],
  ['o'],
  ['perhaps'],
  ['suspended'],
  ['yes and no'],
  ['not active'],
])('R4: active %j is a mistake, never a no', (word) => {
  expect(read({ uid: '1', active: word })).toEqual({ externalId: '1', data: {}, code: 'active invalid_boolean' });
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
  expect(read({ uid: '1', departments: 'A//B;C' }, 'path')).toEqual({
    ...{ externalId: '1', code: 'departments invalid_path' },
    data: { departments: [{ uid: pathId(['C']), isMain: null }] },
  });
});

test.each([
  ['too many cells', ['1', 'a', 'b', 'c']],
  ['too few cells, one with a line break', ['1', 'a\nb']],
])('R7: a ragged row is refused without an id, as its cells may have moved: %s', (_, row) => {
  expect(readCells(['uid', 'username', 'title'], row)).toEqual({ externalId: null, data: null, code: 'ragged_row' });
});

test('R3: cells that are missing at the end are empty', () => {
  expect(readCells(['uid', 'username', 'title'], ['1', 'a']).data).toEqual({ username: 'a', title: null });
});

test.each([
  [{ uid: '="0045"' }, { externalId: '0045', data: {} }],
  [{ uid: "'0045" }, { externalId: '0045', data: {} }],
  [{ uid: '12.0' }, { externalId: '12', data: {} }],
  [
    { uid: '1', managerUid: '12.0' },
    { externalId: '1', data: { managerUid: '12' } },
  ],
  [
    { uid: '1', managerUid: '="0007"' },
    { externalId: '1', data: { managerUid: '0007' } },
  ],
  [
    { uid: '1', phone: "'+4930123456" },
    { externalId: '1', data: { phone: '+4930123456' } },
  ],
  [
    { uid: '1', phone: '4930123456.0' },
    { externalId: '1', data: { phone: '4930123456' } },
  ],
  [
    { uid: '1', nickname: '="Ann"', Floor: '="03"' },
    { externalId: '1', data: { nickname: 'Ann', Floor: '03' } },
  ],
  [
    { uid: '1', nickname: "'=cmd" },
    { externalId: '1', data: { nickname: '=cmd' } },
  ],
  [
    { uid: '1', nickname: "'t Hooft" },
    { externalId: '1', data: { nickname: "'t Hooft" } },
  ],
  [
    { uid: '1', email: '\\N', Floor: '\\N' },
    { externalId: '1', data: { email: null, Floor: null } },
  ],
])('what spreadsheets and programs add to a cell is no part of it: %j', (values, record) => {
  expect(read(values)).toEqual({ ...record, code: '' });
});

test('ids of departments lose it, too, in the list of a person', () => {
  const { data } = read({ uid: '1', departments: '12.0; \'13;="014"' });
  expect(data?.['departments']).toEqual([
    { uid: '12', isMain: true },
    { uid: '13', isMain: false },
    { uid: '014', isMain: false },
  ]);
});

test.each([
  [{ uid: '1', username: '8.61391E+12' }, 'username number_was_rounded'],
  [{ uid: '1', phone: '8.61391E+12' }, 'phone number_was_rounded'],
  [{ uid: '1', phone: '4,9E+11' }, 'phone number_was_rounded'],
  [{ uid: '1', managerUid: '1E+05' }, 'managerUid number_was_rounded'],
  [{ uid: '1', 'Staff No.': '1.2E+10' }, 'attributes.Staff No. number_was_rounded'],
  [{ uid: '1', managerUid: '1.5E10' }, 'managerUid number_was_rounded'],
  [{ uid: '1', managerUid: '1e+10' }, 'managerUid number_was_rounded'],
  [{ uid: '1', managerUid: '="1.2E+10"' }, 'managerUid number_was_rounded'],
  [{ uid: '1', managerUid: '#N/A' }, 'managerUid no_value'],
  [{ uid: '1', managerUid: '########' }, 'managerUid no_value'],
  [{ uid: '1', managerUid: '=VLOOKUP(A1;B:C;2)' }, 'managerUid no_value'],
  [{ uid: '1', nickname: 'a\0b' }, 'nickname invalid_text'],
  [{ uid: '1', active: '\0' }, 'active invalid_text'],
  [{ uid: '1', City: '\0' }, 'attributes.City invalid_text'],
])('R7: a cell that is lost costs its field, not the person: %j', (values, code) => {
  expect(read(values)).toEqual({ externalId: '1', data: {}, code });
  expect(read({ ...values, title: 'x' }).data).toEqual({ title: 'x' });
});

test('R7: a department that is lost is left out of the list; whether another is the main one is not known then', () => {
  expect(read({ uid: '1', departments: 'a;1.5e+10;b' })).toMatchObject({
    code: 'departments number_was_rounded',
    data: {
      departments: [
        { uid: 'a', isMain: true },
        { uid: 'b', isMain: false },
      ],
    },
  });
  expect(read({ uid: '1', departments: '#REF!;b' }).data).toEqual({ departments: [{ uid: 'b', isMain: null }] });
  expect(read({ uid: '1', departments: 'a;b', ownerOf: 'a;1.2E+10' }).data).toEqual({
    departments: [
      { uid: 'a', isMain: true, isOwner: true },
      { uid: 'b', isMain: false, isOwner: null },
    ],
  });
  expect(read({ uid: '1', departments: 'a', ownerOf: '\0' })).toMatchObject({
    code: 'departments invalid_text',
    data: { departments: [{ uid: 'a', isMain: true, isOwner: null }] },
  });
});

test.each(['#N/A', '#REF!', '#NAME?', '####', '=A1&B1', '1,2E+10', '1.23E+11'])('no id is %j', (uid) => {
  expect(read({ uid })).toMatchObject({ externalId: null, data: null });
});

test('an amount may be as large as it is', () => {
  expect(read({ uid: '1', Revenue: '1.2E+10' }).data).toEqual({ Revenue: '1.2E+10' });
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
  expect(bad.fieldProblems).toMatchObject([{ field: 'order', code: 'wrong_type' }]);
});
