import { describe, expect, test } from '@jest/globals';
import type { DirectoryIndex, UserPlace } from './index-directory.js';
import { digestLinks, findMovedLinks } from './link-digest.js';

const kind = (ids: Record<string, string>) => ({ ids: new Map(Object.entries(ids)), withoutId: [], evidence: '' });

function indexOf(users: Record<string, Partial<UserPlace>>, owned: Record<string, string[]> = {}): DirectoryIndex {
  const places = Object.entries(users).map(([id, place]): [string, UserPlace] => [
    id,
    { key: `uid=${id}`, departmentId: null, managers: [], departments: [], computed: '', ...place },
  ]);
  return {
    users: kind(Object.fromEntries(places.map(([id, { key }]) => [key, id]))),
    departments: kind({ 'ou=a': 'd-a', 'ou=b': 'd-b' }),
    owned: new Map(Object.entries(owned)),
    places: new Map(places),
    containers: new Set(),
  };
}

const NO_IDS: ReadonlySet<string> = new Set();
const BEFORE = { a: { departmentId: 'd-a' }, b: {}, c: { managers: ['uid=a'] }, d: { computed: 'x' } };
const moved = (after: DirectoryIndex, unlinked = NO_IDS) =>
  findMovedLinks(after, { before: digestLinks(indexOf(BEFORE)), unlinked });

describe('the digest of what follows other entries', () => {
  test.each<[string, DirectoryIndex, string[]]>([
    ['nothing', indexOf(BEFORE), []],
    ['the order of the entries', indexOf({ d: BEFORE.d, c: BEFORE.c, b: {}, a: BEFORE.a }), []],
    ['another department', indexOf({ ...BEFORE, a: { departmentId: 'd-b' } }), ['a']],
    ['no department', indexOf({ ...BEFORE, a: {} }), ['a']],
    ['a unit to own', indexOf(BEFORE, { 'uid=b': ['d-a'] }), ['b']],
    ['another group', indexOf({ ...BEFORE, d: { computed: 'y' } }), ['d']],
    ['no group', indexOf({ ...BEFORE, d: {} }), ['d']],
    ['a first group', indexOf({ ...BEFORE, b: { computed: 'x' } }), ['b']],
    ['another manager', indexOf({ ...BEFORE, c: { managers: ['uid=b'] } }), ['c']],
    [
      'a manager with another DN',
      indexOf({ ...BEFORE, a: { ...BEFORE.a, key: 'uid=a2' }, c: { managers: ['uid=a2'] } }),
      [],
    ],
    ['a manager who left the source', indexOf({ b: {}, c: BEFORE.c, d: BEFORE.d }), ['c']],
    ['another mapped department', indexOf({ ...BEFORE, b: { departments: ['ou=a'] } }), ['b']],
  ])('%s', (_, after, expected) => {
    expect(moved(after)).toEqual(expected);
  });

  test('a new person moves no one else, whether the engine knows the id or not', () => {
    const after = indexOf({
      ...BEFORE,
      ...Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`new${at}`, {}])),
    });
    const unlinked = new Set([...after.places.keys()].filter((id) => id.startsWith('new')));
    expect(moved(after, unlinked)).toEqual([]);
  });

  test('ids that every sync skips are in the digest and move no one', () => {
    expect(moved(indexOf(BEFORE), new Set(['b']))).toEqual([]);
  });

  test('a source that grows or shrinks is compared in the groups of the cursor, which stays small', () => {
    const company = (size: number) =>
      indexOf(Object.fromEntries(Array.from({ length: size }, (_, at) => [`u${at}`, {}])));
    const many = company(5_000);
    const digest = digestLinks(many);
    expect(digest.length).toBeLessThan(11_000);
    expect(findMovedLinks(many, { before: digest, unlinked: NO_IDS })).toEqual([]);
    expect(findMovedLinks(company(4_999), { before: digest, unlinked: NO_IDS }).length).toBeLessThan(12);
    expect(findMovedLinks(company(300), { before: digest, unlinked: NO_IDS }).length).toBeGreaterThan(100);
    expect(findMovedLinks(indexOf({}), { before: digestLinks(indexOf({})), unlinked: NO_IDS })).toEqual([]);
  });
});
