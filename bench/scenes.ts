import type { SyntheticOptions } from '../src/testing/fakes/synthetic-source.js';
import type { BenchOptions } from './options.js';

/** What the made-up source is like at one moment. */
export interface Scene {
  readonly name: string;
  readonly synthetic: SyntheticOptions;
  /** Whether the floor plays it too: its merge removes no users and moves no departments. */
  readonly withFloor: boolean;
}

/** One after the other, in one database. */
export function scenesOf({ users, departments }: Pick<BenchOptions, 'users' | 'departments'>): readonly Scene[] {
  const changed = { users, departments, changedPercent: 1, seed: 1 };
  const fewer = { ...changed, users: Math.round(users * 0.95) };
  return [
    { name: 'first load', synthetic: { users, departments }, withFloor: true },
    { name: 'unchanged', synthetic: { users, departments }, withFloor: true },
    { name: '1 % changed', synthetic: changed, withFloor: true },
    { name: '5 % removed, approved', synthetic: fewer, withFloor: false },
    { name: 'all departments moved, approved', synthetic: { ...fewer, fanOut: 7 }, withFloor: false },
  ];
}
