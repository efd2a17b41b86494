import type { Role } from '../accounts/principal.js';
import { roleOfClaim } from './oidc-settings.js';

const map = new Map<string, Role>([
  ['staff', 'viewer'],
  ['ops', 'operator'],
  ['root', 'admin'],
]);

test.each([
  ['ops', 'operator'],
  [['staff', 'root', 'ops'], 'admin'],
  [['staff'], 'viewer'],
  [['Root'], null],
  ['staff,root', null],
  [[['root']], null],
  [{ root: true }, null],
  [undefined, null],
  [[], null],
])('the claim %j means %s', (claim, role) => {
  expect(roleOfClaim(claim, map)).toBe(role);
});
