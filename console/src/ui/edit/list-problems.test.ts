import { ApiProblem } from '../../api/problem.js';
import { listProblems } from './list-problems.js';

const refused = (code: string, errors: readonly { readonly path: string; readonly message: string }[] = []) =>
  listProblems({ data: undefined, error: new ApiProblem(422, code, 'Nothing was edited.', errors) });

test('a cycle and a tree that is too deep are problems of the parent', () => {
  for (const code of ['cycle', 'too_deep'])
    expect(refused(code)).toEqual([{ field: 'parentId', code, message: 'Nothing was edited.' }]);
});

test('a reference to nothing is a problem of the field that names it, with its code', () => {
  const message = 'there is no user 1';
  expect(refused('invalid_reference', [{ path: 'fields.managerId', message }])).toEqual([
    { field: 'fields.managerId', code: 'invalid_reference', message },
  ]);
});

test('other refused fields keep their own messages without a code', () => {
  expect(refused('invalid_email', [{ path: 'fields.email', message: 'is no address' }])).toEqual([
    { field: 'fields.email', code: null, message: 'is no address' },
  ]);
});

test('an edit that was applied has the problems of its answer, and none before the first answer', () => {
  const problems = [{ field: 'username', code: 'value_taken', message: 'another user has it' }];
  expect(listProblems({ data: { view: null, taskId: null, problems }, error: null })).toEqual(problems);
  expect(listProblems({ data: undefined, error: null })).toEqual([]);
});
