import { choiceOfDepartment, choiceOfUser } from './choices.js';

const ADA = { id: 'u1', nickname: 'Ada Lovelace', username: 'ada', email: 'ada@example.org', active: true };

test('a person is shown with username and e-mail, each text once', () => {
  expect(choiceOfUser(ADA)).toEqual({
    id: 'u1',
    name: 'Ada Lovelace',
    detail: 'ada · ada@example.org',
    isActive: true,
  });
  expect(choiceOfUser({ ...ADA, nickname: null, active: false })).toEqual({
    id: 'u1',
    name: 'ada',
    detail: 'ada@example.org',
    isActive: false,
  });
  expect(choiceOfUser({ ...ADA, username: null, email: null }).detail).toBe('');
});

test('a department is shown with the path to its parent, and a root without a path', () => {
  const north = { id: 'd3', title: 'North', pathTitles: ['Top', 'Sales', 'North'] };
  expect(choiceOfDepartment(north)).toMatchObject({ name: 'North', detail: 'Top › Sales' });
  expect(choiceOfDepartment({ id: 'd1', title: 'Top', pathTitles: ['Top'] }).detail).toBe('');
});
