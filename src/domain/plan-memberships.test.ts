import fc from 'fast-check';
import { planMemberships, type MembershipRow } from './plan-memberships.js';
import type { DepartmentClaim, GivenClaim } from './department-claim.js';

const UIDS = ['a', 'b', 'c', 'd'];
const departments = new Map(UIDS.slice(0, 3).map((uid) => [uid, `id-${uid}`]));
const user = { externalId: 'u1', targetId: 'id-u1', isNew: false, origin: null };
const claimOf = (uid: string, more: Partial<DepartmentClaim> = {}): DepartmentClaim => ({
  uid,
  isMain: false,
  isOwner: false,
  order: null,
  ...more,
});
const rowOf = (uid: string, more: Partial<MembershipRow> = {}): MembershipRow => ({
  id: `m-${uid}`,
  departmentId: `id-${uid}`,
  isMain: false,
  isOwner: false,
  order: null,
  chosen: false,
  ...more,
});
const plan = (claims: GivenClaim[], current: MembershipRow[] = []) =>
  planMemberships({ user, claims, departments, current });
const actions = (claims: DepartmentClaim[], current: MembershipRow[] = []) =>
  plan(claims, current).changes.map(({ action, before, after }) => [action, (after ?? before)?.['departmentId']]);

test('R22: what is claimed and not there is created, what is there and not claimed is removed', () => {
  expect(actions([claimOf('a'), claimOf('b')], [rowOf('b'), rowOf('c')])).toEqual([
    ['remove', 'id-c'],
    ['create', 'id-a'],
  ]);
});

test('R3: what a claim does not know stays as the membership has it', () => {
  const current = [{ ...rowOf('a'), isMain: true, isOwner: true, order: 7 }];
  expect(plan([{ uid: 'a' }], current).changes).toEqual([]);
  expect(plan([{ uid: 'a', isOwner: false }], current).changes[0]?.after).toMatchObject({
    ...{ isMain: true, isOwner: false, order: 7 },
  });
  expect(plan([{ uid: 'b' }], []).changes[0]?.after).toMatchObject({ isMain: false, isOwner: false, order: null });
});

test.each([[{ isOwner: true }], [{ isMain: true }], [{ order: 2 }]])('R22: %j is an update', (more) => {
  expect(actions([claimOf('a', more)], [rowOf('a')])).toEqual([['update', 'id-a']]);
  expect(actions([claimOf('a', more)], [rowOf('a', more)])).toEqual([]);
});

test('R23: a department that is not there yet is missing, not an error', () => {
  expect(plan([claimOf('d'), claimOf('a')])).toMatchObject({ missing: ['d'], changes: [{ action: 'create' }] });
});

test('R24: the main department of a new user is the one said, else the first by order', () => {
  expect(plan([claimOf('a'), claimOf('b', { isMain: true })]).main).toBe('id-b');
  expect(plan([claimOf('a'), claimOf('b', { order: 1 }), claimOf('c', { order: -1 })]).main).toBe('id-c');
  expect(plan([claimOf('a'), claimOf('b')]).main).toBe('id-a');
  expect(plan([claimOf('d')]).main).toBeNull();
});

test('R22: applying the plan and planning again changes nothing', () => {
  const more = { isMain: fc.boolean(), isOwner: fc.boolean(), order: fc.option(fc.integer()) };
  const claims = fc.uniqueArray(fc.record({ uid: fc.constantFrom(...UIDS), ...more }), { selector: (one) => one.uid });
  const rows = fc.uniqueArray(fc.record({ uid: fc.constantFrom('a', 'b', 'c'), ...more }), {
    selector: (one) => one.uid,
  });
  fc.assert(
    fc.property(claims, rows, (claimed, had) => {
      const current = had.map(({ uid, ...rest }) => rowOf(uid, rest));
      const { changes } = plan(claimed, current);
      const after = new Map(current.map((row) => [row.departmentId, row]));
      for (const { action, before, after: fields } of changes) {
        const { departmentId } = (fields ?? before) as unknown as MembershipRow;
        if (action === 'remove') after.delete(departmentId);
        else after.set(departmentId, { id: 'm', ...(fields as unknown as Omit<MembershipRow, 'id'>) });
      }
      expect(plan(claimed, [...after.values()]).changes).toEqual([]);
    }),
  );
});
