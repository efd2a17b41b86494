import fc from 'fast-check';
import { MAX_LEVELS, refusePlacements } from './limit-levels.js';
import type { TreeNode } from './planned-tree.js';

type Tree = ReadonlyMap<string, TreeNode>;

const made = (parents: Readonly<Record<string, string | null>>) =>
  Object.entries(parents).map(([id, parent]): [string, TreeNode] => [id, { parent, planned: { fallback: undefined } }]);
const moved = (id: string, parent: string | null, fallback: string | null): [string, TreeNode] => [
  id,
  { parent, planned: { fallback } },
];
const kept = (parents: Readonly<Record<string, string | null>>) =>
  Object.entries(parents).map(([id, parent]): [string, TreeNode] => [id, { parent }]);
const chain = (length: number, prefix = 'n', top: string | null = null) =>
  Object.fromEntries(
    Array.from({ length }, (_, at) => [`${prefix}${at + 1}`, at === 0 ? top : `${prefix}${at}`] as const),
  );
const refused = (...nodes: readonly (readonly [string, TreeNode])[]) => refusePlacements(new Map(nodes));
const codes = (...nodes: readonly (readonly [string, TreeNode])[]) =>
  Object.fromEntries(refused(...nodes).map(({ id, code }) => [id, code]));

describe('R20: cycles', () => {
  test.each([
    ['two new ones', made({ a: 'b', b: 'a' }), { a: 'cycle', b: 'cycle' }],
    ['with departments below and beside', made({ a: 'b', b: 'a', under: 'a', by: null }), { a: 'cycle', b: 'cycle' }],
    ['a move below its own child', [moved('top', 'child', null), ...kept({ child: 'top' })], { top: 'cycle' }],
    [
      'a move that is refused and thereby closes another cycle',
      // Today a is below b. The plan: a below x and x below a (refused), b below a: closed by a, which stays below b.
      [moved('a', 'x', 'b'), ...made({ x: 'a' }), moved('b', 'a', null)],
      { a: 'cycle', x: 'cycle', b: 'cycle' },
    ],
    ['a swap of parent and child', [moved('a', 'b', null), moved('b', null, 'a')], {}],
    ['an unknown parent', made({ a: 'elsewhere' }), {}],
  ])('%s', (_, nodes, expected) => {
    expect(codes(...nodes)).toEqual(expected);
  });

  test('the path begins and ends with the department; of a long one the middle is a number', () => {
    expect(refused(...made({ a: 'c', b: 'a', c: 'b' }))[0]?.path).toEqual(['a', 'c', 'b', 'a']);
    const ring = made({ ...chain(100), n1: 'n100' });
    const path = refused(...ring).find(({ id }) => id === 'n50')?.path;
    expect(path).toEqual(['n50', 'n49', 'n48', 'n47', 'n46', 95, 'n50']);
  });
});

describe(`R20: at most ${MAX_LEVELS} levels`, () => {
  test('the last level that is taken, and the first that is not', () => {
    expect(refused(...made(chain(64)))).toEqual([]);
    expect(refused(...made(chain(66)))).toEqual([
      { id: 'n65', code: 'too_deep', path: ['n1', 58, 'n60', 'n61', 'n62', 'n63', 'n64', 'n65'] },
      { id: 'n66', code: 'too_deep', path: ['n1', 59, 'n61', 'n62', 'n63', 'n64', 'n65', 'n66'] },
    ]);
  });

  test('a new department below the deepest one that exists', () => {
    expect(codes(...kept(chain(64)), ...made({ one: 'n64', other: 'n63' }))).toEqual({ one: 'too_deep' });
  });

  test('a move counts with the departments that go along with it', () => {
    const nodes = [...kept(chain(60)), ...kept(chain(4, 'm', 'short')), ...kept(chain(5, 'k', 'long'))];
    const moves = [moved('short', 'n60', null), moved('long', 'n60', null)];
    expect(codes(...nodes, moved('short', 'n59', null), moved('long', 'n59', null))).toEqual({ long: 'too_deep' });
    expect(codes(...nodes, ...moves)).toEqual({ short: 'too_deep', long: 'too_deep' });
  });

  test('what a refused move carries stays with it; what the plan adds below it is judged where it stays', () => {
    const nodes = [
      ...kept(chain(64)),
      ...kept({ branch: null }),
      moved('branch', 'n64', null),
      ...made({ leaf: 'branch' }),
    ];
    expect(codes(...nodes)).toEqual({ branch: 'too_deep' });
  });
});

describe('any plan', () => {
  const ids = Array.from({ length: 12 }, (_, at) => `d${at}`);
  const parent = fc.option(fc.constantFrom(...ids), { nil: null });
  // The current tree has no cycle: the number of a parent is higher than those of its children.
  const today = ids.map((_, at) => fc.option(fc.constantFrom(...ids.slice(at + 1), 'none'), { nil: null }));
  const node = (at: number) =>
    fc.record({ exists: fc.boolean(), planned: fc.boolean(), to: parent, now: today[at] ?? fc.constant(null) });
  const forest = fc.tuple(...ids.map((_, at) => node(at))).map((drawn): Tree => {
    const exists = new Set(ids.filter((_, at) => drawn[at]?.exists));
    const fit = (id: string | null) => (id !== null && exists.has(id) ? id : null);
    return new Map(
      drawn.flatMap(({ exists: isThere, planned, to, now }, at): [string, TreeNode][] => {
        const id = ids[at] ?? '';
        if (!isThere) return planned ? [[id, { parent: to, planned: { fallback: undefined } }]] : [];
        return [[id, planned ? { parent: to, planned: { fallback: fit(now) } } : { parent: fit(now) }]];
      }),
    );
  });

  test('leaves a tree without cycles, refuses only what the plan places, and nothing where there is no fault', () => {
    fc.assert(
      fc.property(forest, (tree) => {
        const refusals = refusePlacements(tree);
        const out = new Set(refusals.map(({ id }) => id));
        for (const id of out) expect(tree.get(id)?.planned).toBeDefined();
        const parentAfter = (id: string) => {
          const one = tree.get(id);
          const parent = out.has(id) ? one?.planned?.fallback : one?.parent;
          const isGone = parent !== undefined && parent !== null && out.has(parent) && isNew(tree, parent);
          return isGone ? null : (parent ?? null);
        };
        const looped = [...tree.keys()].filter((id) => loops(id, parentAfter));
        expect(looped).toEqual([]);
        const asPlanned = (id: string) => tree.get(id)?.parent ?? null;
        const faulty = [...tree.keys()].some((id) => loops(id, asPlanned));
        expect(out.size > 0).toBe(faulty);
      }),
      { numRuns: 500 },
    );
  });
});

function isNew(tree: Tree, id: string): boolean {
  const planned = tree.get(id)?.planned;
  return planned !== undefined && planned.fallback === undefined;
}

function loops(start: string, parentOf: (id: string) => string | null): boolean {
  let at = parentOf(start);
  for (let steps = 0; at !== null && steps < 100; steps += 1) at = parentOf(at);
  return at !== null;
}

test.each([
  ['a chain', chain(10_000)],
  ['a ring', { ...chain(10_000), n1: 'n10000' }],
  [
    'a comb',
    { ...chain(5_000), ...Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`t${at}`, `n${at + 1}`])) },
  ],
])('10,000 departments in %s are judged in well under a second', (_, parents) => {
  const startedAt = performance.now();
  expect(refused(...made(parents)).length).toBeGreaterThan(5_000);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
