import type { ShownAction } from './change.js';
import { type OwnSupply, ownDerivedView, ownView, type ShownLine } from './own-view.js';

const IN_FORCE = { active: true };
const ROW = '0190a000-0000-7000-8000-000000000001';
const BOSS = '0190a000-0000-7000-8000-000000000002';

const lineOf = (action: ShownAction, part: Partial<ShownLine> = {}): ShownLine => ({
  ...{ targetId: ROW, action, before: null, after: null, code: null, message: null, problems: [] },
  ...part,
});
const OWN: OwnSupply = { before: null, after: null, isOwnRow: true, isNewRow: false };

type Fields = Record<string, unknown>;
interface Case {
  readonly what: string;
  readonly action?: ShownAction;
  readonly said: Partial<OwnSupply>;
  readonly before?: Fields;
  readonly after?: Fields;
  /** The parts of `before` and `after` that are shown. */
  readonly shown: readonly [before: Fields | null, after: Fields | null];
  readonly partlyHidden: boolean;
}

const said = { title: 'Clerk' };
const CASES: readonly Case[] = [
  {
    what: 'a value that the source said before and one that it says now',
    said: { before: { title: 'Clerk' }, after: { title: 'Head' } },
    before: { title: 'Clerk' },
    after: { title: 'Head' },
    shown: [{ title: 'Clerk' }, { title: 'Head' }],
    partlyHidden: false,
  },
  {
    what: 'a former value of another source',
    said: { before: { title: 'Other' }, after: { title: 'Head' } },
    before: { title: 'Secret' },
    after: { title: 'Head' },
    shown: [{}, { title: 'Head' }],
    partlyHidden: true,
  },
  {
    what: 'a former value that the source guesses only now',
    said: { before: {}, after: { title: 'Secret' } },
    before: { title: 'Secret' },
    shown: [{}, null],
    partlyHidden: true,
  },
  {
    what: 'a value that another source takes over with',
    said: { before: said, after: said },
    before: said,
    after: { title: 'Secret' },
    shown: [said, {}],
    partlyHidden: true,
  },
  {
    what: 'no value at all',
    said: { before: null, after: null },
    before: { title: null },
    after: { title: null },
    shown: [{ title: null }, { title: null }],
    partlyHidden: false,
  },
  {
    what: 'custom fields, one by one',
    said: { before: { attributes: { floor: 1 } }, after: { attributes: { floor: 2 } } },
    before: { attributes: { floor: 1, badge: 'secret' } },
    after: { attributes: { floor: 2, badge: 'secret' } },
    shown: [{ attributes: { floor: 1 } }, { attributes: { floor: 2 } }],
    partlyHidden: true,
  },
  {
    what: 'custom fields of a source that has none',
    said: { before: {}, after: {} },
    after: { attributes: { badge: 'secret' } },
    shown: [null, { attributes: {} }],
    partlyHidden: true,
  },
  {
    what: 'a custom field that is an object, by its content',
    said: { after: { attributes: { desk: { floor: 1 } } } },
    after: { attributes: { desk: { floor: 1 } } },
    shown: [null, { attributes: { desk: { floor: 1 } } }],
    partlyHidden: false,
  },
  {
    what: 'a name that every object inherits',
    said: { after: {} },
    after: { attributes: { toString: 'secret' }, valueOf: 'secret' },
    shown: [null, { attributes: {} }],
    partlyHidden: true,
  },
  {
    what: 'a manager whom the source names',
    said: { after: { managerId: BOSS } },
    after: { managerId: BOSS },
    shown: [null, { managerId: BOSS }],
    partlyHidden: false,
  },
  {
    what: 'a manager whom another source names',
    said: { after: { title: 'x' } },
    after: { managerId: BOSS },
    shown: [null, {}],
    partlyHidden: true,
  },
  {
    what: 'that a row comes into force, of a record that is silent about it',
    said: { after: {} },
    after: { active: true },
    shown: [null, { active: true }],
    partlyHidden: false,
  },
  {
    what: 'that another source takes a row out of force',
    said: { before: {}, after: {} },
    before: { active: true },
    after: { active: false },
    shown: [{ active: true }, {}],
    partlyHidden: true,
  },
  {
    what: 'that a removal takes the row out of force, and what others say of it from now on',
    action: 'remove',
    said: { before: said, after: null },
    before: { active: true, title: 'Clerk' },
    after: { active: false, title: 'Secret' },
    shown: [{ active: true, title: 'Clerk' }, { active: false }],
    partlyHidden: true,
  },
  {
    what: 'a deleted row, of which the source said some',
    action: 'remove',
    said: { before: said, after: null },
    before: { username: 'secret', title: 'Clerk', attributes: { badge: 'secret' }, managerId: BOSS },
    after: {},
    shown: [{ title: 'Clerk', attributes: {} }, {}],
    partlyHidden: true,
  },
  {
    what: 'a new row, whole',
    action: 'create',
    said: { isNewRow: true },
    after: { title: 'Clerk', mainDepartmentId: BOSS },
    shown: [null, { title: 'Clerk', mainDepartmentId: BOSS }],
    partlyHidden: false,
  },
];

test.each(CASES)('$what', ({ action = 'update', said: words, before, after, shown, partlyHidden }) => {
  const view = ownView(
    lineOf(action, { before: before ?? null, after: after ?? null }),
    { ...OWN, ...words },
    IN_FORCE,
  );
  expect([view.before, view.after, view.partlyHidden]).toEqual([...shown, partlyHidden]);
  expect(view.targetId).toBe(ROW);
});

test('a row that the source does not link has no id', () => {
  const view = ownView(lineOf('skip'), { ...OWN, isOwnRow: false }, IN_FORCE);
  expect([view.targetId, view.partlyHidden]).toEqual([null, true]);
});

test.each([
  ['match_taken', 'skip'],
  ['match_ambiguous', 'skip'],
  ['value_taken', 'keep'],
  ['value_lookalike', 'keep'],
] as const)('%s names no other row, in a line and in a field problem', (code, action) => {
  const message = `The username belongs to user ${BOSS}.`;
  const problems = [{ field: 'username', code, message }];
  for (const line of [lineOf(action, { code, message, problems })])
    for (const view of [ownView(line, OWN, IN_FORCE), ownDerivedView(line, OWN)]) {
      expect(JSON.stringify([view.message, view.problems])).not.toContain(BOSS);
      expect(view.problems).toMatchObject([{ field: 'username', code }]);
      expect(view.message).toMatch(/\w/);
    }
});

test('other messages stay', () => {
  const view = ownView(lineOf('skip', { code: 'invalid_uid', message: 'The id is too long.' }), OWN, IN_FORCE);
  expect(view.message).toBe('The id is too long.');
});

test('a membership is whole, but for the main department, which all sources choose', () => {
  const fields = { userId: ROW, departmentId: BOSS, isMain: true, order: null };
  const view = ownDerivedView(lineOf('remove', { before: { ...fields, chosen: true } }), { isOwnRow: true });
  expect(view).toMatchObject({ before: fields, targetId: ROW, partlyHidden: true });
  expect(view.before).not.toHaveProperty('chosen');
});

test('a membership of a person whom the source does not link names that person nowhere', () => {
  const view = ownDerivedView(lineOf('create', { after: { userId: ROW, departmentId: BOSS } }), { isOwnRow: false });
  expect(view).toMatchObject({ targetId: null, after: { departmentId: BOSS }, partlyHidden: true });
  expect(JSON.stringify(view)).not.toContain(ROW);
});
