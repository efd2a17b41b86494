import { decideByHand, restoreForce, withDecisions } from './decide-by-hand.js';
import type { HandDecisions } from './hand-decisions.js';
import type { CurrentRow, TargetRules } from './manual-locks.js';

const RULES: TargetRules = {
  kind: 'user',
  names: ['title', 'active'],
  required: [],
  inForce: { active: true },
  removed: { active: false },
};
const row = (fields: object, more: Partial<CurrentRow> = {}): CurrentRow => ({
  version: 1,
  fields: { title: 'Clerk', active: true, ...fields },
  ...more,
});

/** The line of decisions about a row. */
function decide(current: CurrentRow, decisions: HandDecisions, supplies: readonly object[] = [{}], isListed = true) {
  const { action, before, after } = decideByHand(RULES, {
    externalId: 'id-1',
    origin: null,
    targetId: 'id-1',
    link: 'linked',
    matched: false,
    supplies: supplies as Readonly<Record<string, unknown>>[],
    current,
    decisions,
    isListed,
  });
  return { action, before, after };
}

const LOCKED = row({ active: false }, { locked: true });

describe('R15: a lock', () => {
  test('deactivates, also a protected user', () => {
    const line = { action: 'update', before: { locked: false, active: true }, after: { locked: true, active: false } };
    expect(decide(row({}), { locked: true })).toEqual(line);
    expect(decide(row({}, { protected: true }), { locked: true })).toEqual(line);
  });

  test('that is lifted leaves it to the sources', () => {
    const lifted = (supplies: object[], isListed = true) => decide(LOCKED, { locked: false }, supplies, isListed).after;
    expect(lifted([{}])).toEqual({ locked: false, active: true });
    expect(lifted([{}, { active: false }, { active: true }])).toEqual({ locked: false });
    expect(lifted([{}], false)).toEqual({ locked: false });
  });

  test('that is there already is no change', () => {
    expect(decide(LOCKED, { locked: true }).action).toBe('keep');
    expect(decide(row({}), { locked: false, protected: false }).action).toBe('keep');
  });
});

test('R11: a protection changes nothing else, whatever the sources say', () => {
  const line = { action: 'update', before: { protected: false }, after: { protected: true } };
  expect(decide(row({}), { protected: true }, [{ active: false }])).toEqual(line);
  expect(decide(row({ active: false }), { protected: true }, [{ active: true }])).toEqual(line);
});

test('R51: edited fields neither activate nor deactivate', () => {
  expect(decide(row({ active: false }), {}, [{ title: 'CTO' }])).toMatchObject({ after: { title: 'CTO' } });
  expect(decide(row({}), {}, [{ title: 'CTO' }, { active: false }]).after).toEqual({ title: 'CTO' });
});

describe('the undo', () => {
  test('of a lock leaves it to the sources whether the user is active (R15)', () => {
    const restore = (composed: object, isListed = true) =>
      restoreForce(RULES, { locked: false, active: true }, { composed: composed as Record<string, unknown>, isListed });
    expect(restore({})).toEqual({ locked: false, active: true });
    expect(restore({ active: false })).toEqual({ locked: false, active: false });
    expect(restore({}, false)).toEqual({ locked: false });
  });

  test('of anything else restores what was there', () => {
    for (const before of [{ locked: true, active: false }, { protected: false }, { title: 'Clerk' }])
      expect(restoreForce(RULES, before, { composed: { active: false }, isListed: true })).toBe(before);
  });
});

test('lines have the decisions of a row beside its fields', () => {
  expect(withDecisions(LOCKED).fields).toEqual({ title: 'Clerk', active: false, locked: true, protected: false });
});
