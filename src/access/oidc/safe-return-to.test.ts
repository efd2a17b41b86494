import { safeReturnTo } from './oidc-settings.js';

test.each(['/', '/admin/queues', '/tasks/1?x=%2F%2Fevil.example#y'])('%s is a path of ours', (path) => {
  expect(safeReturnTo(path)).toBe(path);
});

test.each([
  undefined,
  '',
  'tasks',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '/\t/evil.example',
  '/\n/evil.example',
  '/x\\..\\..\\evil',
  ' /x',
])('%j leads nowhere but home', (path) => {
  expect(safeReturnTo(path)).toBe('/');
});
