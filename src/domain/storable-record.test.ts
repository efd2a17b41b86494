import { Numeral } from './numeral.js';
import { isCleanJson } from './text.js';
import { toStorable } from './storable-record.js';

const faultsOf = (record: unknown) => toStorable(record).faults.map(({ field, code }) => `${field}: ${code}`);

test('a record without anything special is handed on as it is', () => {
  const record = { uid: 'a', n: 1, deep: { list: ['😀', '\u0001', '\\u0000'] } };
  expect(toStorable(record)).toEqual({ record, faults: [] });
  expect(toStorable(record).record).toBe(record);
});

test.each([
  ['1e3', '1e3'],
  ['-0', '-0'],
  ['1.0', '1.0'],
  ['1e400', '1e400'],
])('R1: the id %s is refused and shown as it was sent', (text, shown) => {
  const { record, faults } = toStorable({ uid: new Numeral(text), title: 'A' });
  expect(record).toEqual({ uid: shown, title: 'A' });
  expect(faults).toMatchObject([
    { field: 'uid', code: 'invalid_uid', message: expect.stringContaining(text) as string },
  ]);
});

test.each(['\u0000', 'a\ud800b', '\udc00', '\\\u0000'])(
  'R7: text that cannot be stored costs its field only: %j',
  (bad) => {
    expect(toStorable({ uid: 'a', title: bad, nickname: 'Ann' })).toEqual({
      record: { uid: 'a', nickname: 'Ann' },
      faults: [{ field: 'title', code: 'invalid_text', message: 'has characters that cannot be stored' }],
    });
    expect(faultsOf({ uid: bad })).toEqual(['uid: invalid_uid']);
    expect(faultsOf({ uid: { [bad]: 1 } })).toEqual(['uid: invalid_uid']);
    expect(isCleanJson(toStorable({ uid: { [bad]: bad } }).record)).toBe(true);
    expect(faultsOf({ uid: 'a', attributes: { note: [bad], ok: 1 } })).toEqual(['attributes.note: invalid_text']);
    expect(toStorable({ uid: 'a', attributes: { note: [bad], ok: 1 } }).record).toEqual({
      uid: 'a',
      attributes: { ok: 1 },
    });
    expect(toStorable({ uid: 'a', departments: ['d', bad, { uid: bad }] })).toMatchObject({
      record: { uid: 'a', departments: ['d'] },
      faults: ['department 2', 'department 3'].map((place) => ({
        ...{ field: 'departments', code: 'invalid_uid' },
        message: expect.stringContaining(place) as string,
      })),
    });
  },
);

test('ids of other records in an unusual spelling cost their field; other numbers keep their value', () => {
  const odd = new Numeral('1e3');
  const given = {
    uid: 'a',
    managerUid: odd,
    departments: ['d', odd, { uid: odd }, { uid: 'e', order: odd }],
    order: odd,
  };
  expect(toStorable({ ...given, badge: new Numeral('3.14159265358979323846') })).toMatchObject({
    record: { uid: 'a', departments: ['d', { uid: 'e', order: 1000 }], order: 1000, badge: '3.14159265358979323846' },
    faults: [
      { field: 'managerUid', code: 'invalid_uid' },
      { field: 'departments', code: 'invalid_uid' },
      { field: 'departments', code: 'invalid_uid' },
    ],
  });
});

test('keys that cannot be stored are left out and named', () => {
  expect(toStorable({ uid: 'a', 'x\u0000': 1 })).toMatchObject({
    record: { uid: 'a' },
    faults: [{ field: 'x\ufffd' }],
  });
});
