import { DEFAULT_LIMITS, guardOwners, guardPlan, type PlanCounts, removalLimit } from './guard-plan.js';

const calm: PlanCounts = {
  kind: 'user',
  linked: 1_000,
  seen: 1_000,
  complete: true,
  explicit: false,
  removals: 0,
  removedLately: 0,
  moved: 0,
};
const codes = (counts: Partial<PlanCounts>) => guardPlan({ ...calm, ...counts }, DEFAULT_LIMITS).map((one) => one.code);

test.each([
  [0, 0],
  [1, 0.25],
  [3, 0.75],
  [4, 1],
  [8, 2],
  [40, 10],
  [100, 10],
  [200, 10],
  [220, 11],
  [1_000, 50],
  [10_000, 500],
  [10_020, 500],
  [1_000_000, 500],
])('R31: of %i linked records %d may go without a person', (linked, limit) => {
  expect(removalLimit(linked, DEFAULT_LIMITS)).toBe(limit);
});

test.each([
  [4, 1, 2],
  [3, 0, 1],
  [100, 10, 11],
  [1_000, 50, 51],
  [100_000, 500, 501],
])('R31: of %i, %i removals pass and %i are held', (linked, pass, held) => {
  expect(codes({ linked, removals: pass })).toEqual([]);
  expect(codes({ linked, removals: held })).toEqual(['removals']);
});

test('R31: limits are those of the source', () => {
  expect(removalLimit(1_000, { maxPercent: 20, maxRecords: 100 })).toBe(100);
  expect(removalLimit(400, { maxPercent: 20, maxRecords: 100 })).toBe(80);
  expect(guardPlan({ ...calm, removals: 1 }, { maxPercent: 5, maxRecords: 0 })).toMatchObject([{ code: 'removals' }]);
});

test('R31: a kind that had records and reads as empty is held, whatever the limits', () => {
  const empty = { ...calm, linked: 1, seen: 0, removals: 1 };
  const generous = { maxPercent: 100, maxRecords: 1_000_000 };
  expect(guardPlan(empty, generous)).toMatchObject([{ code: 'empty_source', count: 1, linked: 1 }]);
  expect(guardPlan({ ...empty, seen: 1 }, generous)).toEqual([]);
  expect(guardPlan({ ...empty, complete: false, removals: 0 }, generous)).toEqual([]);
  expect(guardPlan({ ...empty, linked: 0, removals: 0 }, generous)).toEqual([]);
});

test('R31: more than 30 % with another e-mail, username or parent are held', () => {
  expect(codes({ moved: 300 })).toEqual([]);
  expect(codes({ moved: 301 })).toEqual(['moved_values']);
});

test('one or two renamed people are no mix-up, however small the source; three are', () => {
  expect(codes({ linked: 3, moved: 2 })).toEqual([]);
  expect(codes({ linked: 3, moved: 3 })).toEqual(['moved_values']);
});

test('R31: a plan can be held for several reasons', () => {
  expect(codes({ removals: 51, moved: 301 })).toEqual(['removals', 'moved_values']);
});

test('what a push names one by one may always be ten', () => {
  const push = { linked: 12, complete: false, explicit: true };
  expect(codes({ ...push, removals: 10, moved: 10 })).toEqual([]);
  expect(codes({ ...push, removals: 11 })).toEqual(['removals']);
  expect(codes({ ...push, moved: 11 })).toEqual(['moved_values']);
});

test('R31: but never more than the source allows', () => {
  const push = { ...calm, linked: 12, complete: false, explicit: true };
  const strict = { maxPercent: 5, maxRecords: 2 };
  expect(guardPlan({ ...push, removals: 2 }, strict)).toEqual([]);
  expect(guardPlan({ ...push, removals: 3 }, strict)).toMatchObject([{ code: 'removals', limit: 2 }]);
  const owners = { kind: 'membership', owners: 12, withoutDepartment: 3, withoutDepartmentLately: 0, explicit: true };
  expect(guardOwners(owners, strict)).toMatchObject([{ code: 'no_department', limit: 2 }]);
});

test('R31: people who would be left without any department count like removals', () => {
  const owners = { kind: 'membership', owners: 100, withoutDepartmentLately: 0, explicit: false };
  expect(guardOwners({ ...owners, withoutDepartment: 10 }, DEFAULT_LIMITS)).toEqual([]);
  expect(guardOwners({ ...owners, withoutDepartment: 11 }, DEFAULT_LIMITS)).toEqual([
    { code: 'no_department', kind: 'membership', count: 11, limit: 10, linked: 100 },
  ]);
});

/** A, and the maximum number of removals without approval. */
const EDGES = [
  [1, 0],
  [2, 0],
  [7, 1],
  [8, 2],
  [39, 9],
  [40, 10],
  [100, 10],
  [1_000, 50],
  [10_000, 500],
  [100_000, 500],
] as const;

describe.each(EDGES)('R31, R32: of %i linked records', (linked, limit) => {
  test(`${limit} removals pass in one plan, one more is held`, () => {
    expect(codes({ linked, removals: limit })).toEqual([]);
    expect(codes({ linked, removals: limit + 1 })).toEqual(['removals']);
  });

  test(`${limit} pass within a day, whatever the number of plans; one more is held`, () => {
    for (let lately = 0; lately < limit; lately += Math.max(1, Math.floor(limit / 7))) {
      const left = { linked: linked - lately, removedLately: lately };
      expect(codes({ ...left, removals: limit - lately })).toEqual([]);
      const over = codes({ ...left, removals: limit - lately + 1 });
      expect(over).toHaveLength(1);
      expect(['removals', 'slow_bleed']).toContain(over[0]);
    }
  });
});

test('R32: a plan without removals is not held for earlier ones', () => {
  expect(codes({ removals: 0, removedLately: 900 })).toEqual([]);
});

test('R32: the reason counts the whole day, from what there was before it', () => {
  const counts = { ...calm, linked: 95, removals: 6, removedLately: 5 };
  expect(guardPlan(counts, DEFAULT_LIMITS)).toEqual([
    { code: 'slow_bleed', kind: 'user', count: 11, limit: 10, linked: 100 },
  ]);
});

test('R32: ten a day may be named one by one; the eleventh is held', () => {
  const push = { linked: 12, complete: false, explicit: true };
  expect(codes({ ...push, removals: 1, removedLately: 9 })).toEqual([]);
  expect(codes({ ...push, removals: 1, removedLately: 10 })).toEqual(['slow_bleed']);
});

test('R32: people left without any department add up over a day too', () => {
  const owners = { kind: 'membership', owners: 96, withoutDepartment: 5, explicit: false };
  expect(guardOwners({ ...owners, withoutDepartmentLately: 5 }, DEFAULT_LIMITS)).toEqual([]);
  expect(guardOwners({ ...owners, withoutDepartmentLately: 6 }, DEFAULT_LIMITS)).toMatchObject([
    { code: 'slow_bleed', kind: 'membership', count: 11, limit: 10, linked: 102 },
  ]);
});
