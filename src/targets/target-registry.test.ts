import { departmentsTarget } from './departments.target.js';
import { membershipsTarget } from './memberships.target.js';
import { TargetRegistry } from './target-registry.js';
import type { RecordTarget } from './target.js';
import { usersTarget } from './users.target.js';

const builtIn = [departmentsTarget, usersTarget, membershipsTarget];
const positions = (more: Partial<RecordTarget> = {}): RecordTarget => ({
  ...departmentsTarget,
  name: 'positions',
  kind: 'position',
  ...more,
});
const namesOf = (registry: TargetRegistry) => registry.list().map((target) => target.name);

test('targets are written after those that they depend on, in whatever order they are registered', () => {
  expect(namesOf(new TargetRegistry([...builtIn].reverse()))).toEqual(['departments', 'users', 'memberships']);
  const extended = namesOf(new TargetRegistry([positions({ dependsOn: ['users'] }), ...builtIn]));
  expect(extended.indexOf('positions')).toBeGreaterThan(extended.indexOf('users'));
});

test('a rank is the place in that order', () => {
  const registry = new TargetRegistry(builtIn);
  expect(registry.list().map((target) => registry.rankOf(target))).toEqual([0, 1, 2]);
});

test('a cycle of dependencies is refused at start, naming the targets', () => {
  const one = positions({ dependsOn: ['desks'] });
  const other = positions({ name: 'desks', kind: 'desk', dependsOn: ['positions'] });
  expect(() => new TargetRegistry([...builtIn, one, other])).toThrow(/positions, desks/);
  expect(() => new TargetRegistry([positions({ dependsOn: ['positions'] })])).toThrow(/positions/);
});

test('an unknown dependency is refused at start', () => {
  expect(() => new TargetRegistry([positions({ dependsOn: ['moons'] })])).toThrow(/not registered/);
});

test('two targets of one name or one kind are refused', () => {
  expect(() => new TargetRegistry([...builtIn, positions({ name: 'users' })])).toThrow(/"users"/);
  expect(() => new TargetRegistry([...builtIn, positions({ kind: 'user' })])).toThrow(/"user"/);
});

test('kinds are those of records; what derives is found by the kind that it listens to', () => {
  const registry = new TargetRegistry([...builtIn, positions()]);
  expect([...registry.kinds()].sort()).toEqual(['department', 'position', 'user']);
  expect(registry.ofKind('membership')).toBeUndefined();
  expect(registry.ofKind('position')?.name).toBe('positions');
  expect(registry.derivedFrom('user')).toEqual([membershipsTarget]);
  expect(registry.derivedFrom('department')).toEqual([]);
});
