import { expect, test } from '@jest/globals';
import { mapHeader, USER_COLUMNS } from './map-header.js';

const map = (cells: readonly string[], columns: Record<string, string> = {}) => {
  const { width, fields, custom } = mapHeader(cells, { label: 'file', known: USER_COLUMNS, required: 'uid', columns });
  return { width, fields: Object.fromEntries(fields), custom: custom.map(({ name, index }) => [name, index]) };
};

test('fields are found by name, whatever the case, spaces and dashes; the rest is custom', () => {
  expect(map(['UID ', 'User Name', 'E-Mail', 'manager_uid', 'Cost center', ''])).toEqual({
    width: 5,
    fields: { uid: 0, username: 1, email: 2, managerUid: 3 },
    custom: [['Cost center', 4]],
  });
});

test('usual other names are found where the own name is not there', () => {
  expect(map(['Employee ID', 'Display name', 'mail'])).toMatchObject({ fields: { uid: 0, nickname: 1, email: 2 } });
  expect(map(['uid', 'id', 'email', 'mail'])).toMatchObject({
    fields: { uid: 0, email: 2 },
    custom: [
      ['id', 1],
      ['mail', 3],
    ],
  });
});

test('the options win, may give one column to two fields and name custom fields', () => {
  const columns = { uid: 'Personalnr', username: 'mail', email: 'Mail', costCenter: 'Kostenstelle' };
  expect(map(['Personalnr', 'uid', 'Mail', 'Kostenstelle'], columns)).toEqual({
    width: 4,
    fields: { uid: 0, username: 2, email: 2 },
    custom: [
      ['costCenter', 3],
      ['uid', 1],
    ],
  });
});

test.each([
  ['a column twice', ['uid', 'Team', 'team'], {}, /more than one column "team"/],
  ['no uid', ['nickname', 'email'], {}, /no column "uid".* It has "nickname", "email"/],
  ['an empty header', [''], {}, /no column "uid"/],
  ['a named column that is not there', ['uid', 'email'], { phone: 'Handy' }, /no column "Handy".*phone/],
  ['two columns for one field', ['uid', 'mobile', 'telephone'], {}, /"mobile", "telephone".*which one is phone/],
  ['a column "attributes"', ['uid', 'attributes'], {}, /attributes/],
])('refused: %s', (_, cells, columns, message) => {
  expect(() => map(cells, columns as Record<string, string>)).toThrow(message);
});

test('a column called like a method of objects is a custom field', () => {
  expect(map(['uid', 'constructor', '__proto__'])).toMatchObject({
    custom: [
      ['constructor', 1],
      ['__proto__', 2],
    ],
  });
});
