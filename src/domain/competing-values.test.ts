import fc from 'fast-check';
import { type CompetingValues, resolveCompetingValues, type Stake } from './competing-values.js';

/** `has → gets`; null = none, or not in force. The look is the compared form unless the test gives one. */
function stake(targetId: string, has: string | null, gets: string | null, more: Partial<Stake> = {}): Stake {
  const line = { externalId: has === gets ? null : targetId, returns: false };
  return { field: 'username', targetId, has, gets, hasKey: has, getsKey: gets, ...line, ...more };
}

const lostBy = ({ lost }: CompetingValues) => lost.map((one) => `${one.stake.targetId} to ${one.holderId}`).sort();
const movingIn = ({ moving }: CompetingValues) => [...moving].sort();

test.each<[string, readonly Stake[], readonly string[], readonly string[]]>([
  ['a holder who stays', [stake('a', 'x', 'x'), stake('b', null, 'x')], ['b to a'], []],
  ['a holder who goes', [stake('a', 'x', null), stake('b', null, 'x')], [], ['a', 'b']],
  ['a holder who gets another', [stake('a', 'x', 'y'), stake('b', null, 'x')], [], ['a', 'b']],
  ['a swap', [stake('a', 'x', 'y'), stake('b', 'y', 'x')], [], ['a', 'b']],
  ['a ring', [stake('a', 'x', 'y'), stake('b', 'y', 'z'), stake('c', 'z', 'x')], [], ['a', 'b', 'c']],
  ['a chain', [stake('a', 'x', 'y'), stake('b', 'y', 'z'), stake('c', 'z', null)], [], ['a', 'b', 'c']],
  [
    'a chain that ends at a user who stays: all keep what they have',
    [stake('a', 'x', 'y'), stake('b', 'y', 'z'), stake('c', 'z', 'z')],
    ['a to b', 'b to c'],
    [],
  ],
  ['two new ones: the first external id', [stake('b', null, 'x'), stake('a', null, 'x')], ['b to a'], []],
  [
    'one who returns to the value goes before a new one',
    [stake('a', null, 'x'), stake('b', null, 'x', { returns: true })],
    ['a to b'],
    [],
  ],
  [
    'two claim what one hands on',
    [stake('a', 'x', null), stake('c', null, 'x'), stake('b', null, 'x')],
    ['c to b'],
    ['a', 'b'],
  ],
  [
    'the winner loses in turn to one who cannot go',
    [stake('a', 'x', 'y'), stake('b', null, 'x'), stake('c', 'y', 'y')],
    ['a to c', 'b to a'],
    [],
  ],
  ['two who have it already both keep it', [stake('a', 'x', 'x'), stake('b', 'x', 'x')], [], []],
])('R12: %s', (_name, stakes, lost, moving) => {
  for (const order of [stakes, [...stakes].reverse()]) {
    const award = resolveCompetingValues(order);
    expect(lostBy(award)).toEqual(lost);
    expect(movingIn(award)).toEqual(moving);
  }
});

test('R5: a value that only looks like another one is lost as such', () => {
  const one = stake('a', 'pavel', 'pavel', { hasKey: 'раvel', getsKey: 'раvel' });
  const { lost } = resolveCompetingValues([one, stake('b', null, 'pavel')]);
  expect(lost).toMatchObject([{ holderId: 'a', lookalike: true }]);
});

const NAMES = [null, 'v', 'w', 'x', 'y', 'z'];
const world = fc
  .record({
    has: fc.shuffledSubarray(['v', 'w', 'x', 'y', 'z'], { minLength: 5 }),
    out: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    gets: fc.array(fc.nat(5), { minLength: 8, maxLength: 8 }),
  })
  .map(({ has, out, gets }) =>
    gets.map((at, user) => stake(`u${user}`, out[user] ? null : (has[user] ?? null), NAMES[at] ?? null)),
  );

test('R12: whatever is claimed, each value has one holder, no user loses a value, nothing free is refused', () => {
  fc.assert(
    fc.property(world, (stakes) => {
      const award = resolveCompetingValues(stakes);
      const lost = new Map(award.lost.map((one) => [one.stake.targetId, one.holderId]));
      const after = new Map(stakes.map((one) => [one.targetId, lost.has(one.targetId) ? one.has : one.gets]));
      const held = [...after.values()].filter((value) => value !== null);
      expect(new Set(held).size).toBe(held.length);
      for (const one of stakes) {
        const holder = lost.get(one.targetId);
        if (holder !== undefined) expect(after.get(holder)).toBe(one.gets);
        else expect(after.get(one.targetId)).toBe(one.gets);
      }
      // The same again, in any order.
      expect(lostBy(resolveCompetingValues([...stakes].reverse()))).toEqual(lostBy(award));
      // A value moves between users in the task: both lines are in the first rank.
      for (const one of stakes) {
        const heir = stakes.find((other) => other !== one && one.has !== null && after.get(other.targetId) === one.has);
        if (heir) expect([award.moving.has(one.targetId), award.moving.has(heir.targetId)]).toEqual([true, true]);
      }
    }),
    { numRuns: 2_000 },
  );
});
