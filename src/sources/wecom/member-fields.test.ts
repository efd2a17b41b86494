import { readPlaces } from './member-fields.js';
import type { WecomUser } from './wecom-shapes.js';

/** path/96260: `department`, `order` and `is_leader_in_dept` are parallel lists of the same length. */
const places = (user: Partial<WecomUser>, leaders: readonly string[] = []) =>
  readPlaces({ userid: 'Ann', invalidFields: [], ...user }, () => leaders);

test.each<[string, WecomUser['is_leader_in_dept']]>([
  ['too short', [1]],
  ['too long', [1, 0, 1]],
  ['empty', []],
])('a list of leader flags that is %s says nothing, also where the department names its leaders', (_, flags) => {
  const { places: read, problems } = places({ department: [2, 3], is_leader_in_dept: flags }, ['ann']);
  expect(read.map(({ uid, isOwner }) => [uid, isOwner])).toEqual([
    ['2', null],
    ['3', null],
  ]);
  expect(problems).toMatchObject([{ field: 'departments.isOwner', code: 'wrong_type' }]);
});

test('where the list is missing, the leaders that the department names count', () => {
  expect(places({ department: [2] }, ['ann']).places).toMatchObject([{ uid: '2', isOwner: true }]);
  expect(places({ department: [2] }, ['bob']).places).toMatchObject([{ uid: '2', isOwner: false }]);
});

test('a department that is listed twice is one place, with the first of its flags', () => {
  const { places: read } = places({ department: [2, 2], is_leader_in_dept: [1, 0], order: [5, 6] });
  expect(read).toMatchObject([{ uid: '2', isOwner: true, order: -5 }]);
});
