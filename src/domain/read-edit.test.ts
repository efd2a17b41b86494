import { readEdit } from './read-edit.js';
import { USER_PLACEHOLDERS, userRecord } from './user-record.js';

const RULES = {
  schema: userRecord,
  placeholderFields: USER_PLACEHOLDERS,
  required: ['username'],
  references: { managerId: 'managerUid' },
};
const errorsOf = (fields: object, release: readonly string[] = []) => {
  const verdict = readEdit({ ...fields }, release, RULES);
  return verdict.ok ? [] : verdict.errors.map(({ field, code }) => `${field} ${code}`);
};

test('R51: an edit becomes a record with the names that records have', () => {
  const fields = { email: ' Ann <ann@x.com> ', managerId: 'x', phone: '', attributes: { badge: null } };
  expect(readEdit(fields, ['title', 'attributes.desk'], RULES)).toEqual({
    ok: true,
    fields: { email: 'ann@x.com', managerUid: 'x', phone: null, attributes: { badge: null } },
    released: ['title', 'attributes.desk'],
  });
  expect(readEdit({}, ['managerId'], RULES)).toMatchObject({ released: ['managerUid'] });
});

test.each([
  [{ email: 'ann at x', title: 'x'.repeat(256) }, [], ['email invalid_email', 'title too_long']],
  [{ phone: 'n/a', managerId: 'NULL' }, [], ['phone no_value', 'managerId no_value']],
  [
    { attributes: { password: 1, flag: { released: true } } },
    [],
    ['attributes.password reserved_field', 'attributes.flag invalid_field'],
  ],
  [{ username: '' }, [], ['username missing_field']],
  [
    { title: 'T', attributes: { a: 1 } },
    ['title', 'attributes.a'],
    ['title set_and_released', 'attributes.a set_and_released'],
  ],
])('R51: %j with release %j is refused as a whole', (fields, release, errors) => {
  expect(errorsOf(fields, release).sort()).toEqual([...errors].sort());
});
