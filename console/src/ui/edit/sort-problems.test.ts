import { sortProblems } from './sort-problems.js';

const NAMES = ['title', 'email', 'attributes.room'];

test('a problem is at its field, by the name in the answer or by the path in a refused body', () => {
  const { byField, rest } = sortProblems(
    [
      { field: 'email', code: 'invalid_email', message: 'is no address' },
      { field: 'fields.title', code: null, message: 'must be text' },
      { field: 'fields.attributes.room', code: null, message: 'is too long' },
    ],
    NAMES,
  );
  expect([...byField]).toEqual([
    ['email', 'is no address (invalid_email)'],
    ['title', 'must be text'],
    ['attributes.room', 'is too long'],
  ]);
  expect(rest).toEqual([]);
});

test('two at one field are both shown, and one of no field is kept apart', () => {
  const other = { field: 'release', code: null, message: 'names no field' };
  const { byField, rest } = sortProblems(
    [{ field: 'title', code: 'a', message: 'one' }, other, { field: 'title', code: 'b', message: 'two' }],
    NAMES,
  );
  expect([...byField]).toEqual([['title', 'one (a); two (b)']]);
  expect(rest).toEqual([other]);
});
