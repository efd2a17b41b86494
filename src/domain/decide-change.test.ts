import { decideGone, decidePresent, type RecordCase } from './decide-change.js';
import type { CurrentRow, TargetRules } from './manual-locks.js';

const rules: TargetRules = {
  kind: 'user',
  names: ['title', 'email', 'active', 'attributes'],
  required: [],
  inForce: { active: true },
  removed: { active: false },
};
const needsTitle: TargetRules = { ...rules, required: ['title'] };
const row = (fields: object = {}, more: Partial<CurrentRow> = {}): CurrentRow => ({
  version: 3,
  fields: { title: 'A', email: null, active: true, attributes: {}, ...fields },
  ...more,
});
const caseOf = (more: Partial<RecordCase>): RecordCase => ({
  externalId: 'u1',
  origin: null,
  targetId: 'id-1',
  link: 'linked',
  matched: false,
  current: row(),
  supplies: [{ title: 'A' }],
  ...more,
});
const present = (more: Partial<RecordCase>, by = rules) => decidePresent(by, caseOf(more));
const gone = (more: Partial<RecordCase>, policy: 'deactivate' | 'delete' | 'keep' = 'deactivate') =>
  decideGone(rules, caseOf({ supplies: [], ...more }), { policy, leaves: false });

describe('a present record', () => {
  test('a never-seen one creates, in force', () => {
    expect(present({ link: 'never', current: null })).toMatchObject({
      action: 'create',
      version: null,
      after: { title: 'A', active: true },
    });
  });
  test('a never-seen one that matched links', () => {
    expect(present({ link: 'never', matched: true })).toMatchObject({ action: 'link', version: 3, after: {} });
  });
  test('R10: a matched inactive user is linked and in force again', () => {
    const decision = present({ link: 'never', matched: true, current: row({ active: false }) });
    expect(decision).toMatchObject({ action: 'link', after: { active: true } });
  });
  test('R11: a protected user is never adopted by a match', () => {
    const decision = present({ link: 'never', matched: true, current: row({}, { protected: true }) });
    expect(decision).toMatchObject({ action: 'skip', code: 'protected', targetId: 'id-1' });
  });
  test('one that moved updates only what differs', () => {
    expect(present({ supplies: [{ title: 'B' }] })).toMatchObject({
      action: 'update',
      before: { title: 'A' },
      after: { title: 'B' },
    });
  });
  test('one whose row is as wanted keeps', () => expect(present({}).action).toBe('keep'));
  test('R14: one that returns restores the same row, in force', () => {
    const decision = present({ link: 'ended', current: row({ active: false }) });
    expect(decision).toMatchObject({ action: 'restore', targetId: 'id-1', after: { active: true } });
  });
  test('R14: one that returns after its row was deleted makes the row again, with the same id', () => {
    expect(present({ link: 'ended', current: null })).toMatchObject({
      action: 'restore',
      targetId: 'id-1',
      version: null,
      after: { title: 'A', active: true },
    });
  });
  test('a linked one whose row was deleted by hand is skipped', () => {
    expect(present({ current: null })).toMatchObject({ action: 'skip', code: 'target_missing' });
  });
  test('R15: a lock by hand outlasts every source', () => {
    const locked = row({ active: false }, { locked: true });
    expect(present({ current: locked, supplies: [{ active: true, title: 'A' }] }).action).toBe('keep');
    expect(present({ current: locked, link: 'ended' })).toMatchObject({ action: 'restore', after: {} });
  });
  test('R11: a source that says inactive does not deactivate a protected user', () => {
    const supplies = [{ active: false, title: 'A' }];
    expect(present({ current: row({}, { protected: true }), supplies }).action).toBe('keep');
    expect(present({ supplies })).toMatchObject({ action: 'update', after: { active: false } });
  });
  test('a new row without a required field is skipped; an existing one keeps what it has (R3)', () => {
    const supplies = [{ title: null }];
    const fresh = present({ link: 'never', current: null, supplies }, needsTitle);
    expect(fresh).toMatchObject({ action: 'skip', code: 'missing_field', message: 'A new user needs title.' });
    expect(present({ supplies }, needsTitle).action).toBe('keep');
    expect(present({ supplies })).toMatchObject({ action: 'update', after: { title: null } });
  });
  test('R3: custom fields that are null from the start are not stored', () => {
    const supplies = [{ attributes: { a: 1, b: null } }];
    expect(present({ link: 'never', current: null, supplies }).after).toMatchObject({ attributes: { a: 1 } });
  });
});

describe('a record that is gone', () => {
  test('R14: ends its link and deactivates when no other source lists the user', () => {
    expect(gone({})).toMatchObject({ action: 'remove', code: null, after: { active: false } });
  });
  test('R14: an inactive user needs no write', () => {
    expect(gone({ current: row({ active: false }) })).toMatchObject({ action: 'remove', after: null });
  });
  test('R14: the policy keep ends the link only, delete deletes', () => {
    expect(gone({}, 'keep')).toMatchObject({ action: 'remove', code: null, after: null });
    expect(gone({}, 'delete')).toMatchObject({ action: 'remove', code: 'delete' });
  });
  test.each(['deactivate', 'delete', 'keep'] as const)(
    'R13, R14: while another source lists the user, %s only hands the fields over',
    (policy) => {
      const decision = gone({ supplies: [{ title: 'B' }] }, policy);
      expect(decision).toMatchObject({ action: 'remove', code: null, after: { title: 'B' } });
    },
  );
  test('R13: a user whom only this source called inactive is in force again for the others', () => {
    const decision = gone({ current: row({ active: false }), supplies: [{ title: 'A' }] });
    expect(decision).toMatchObject({ action: 'remove', after: { active: true } });
  });
  test('R15: but not when an admin locked the user', () => {
    const locked = row({ active: false }, { locked: true });
    expect(gone({ current: locked, supplies: [{ title: 'A' }] })).toMatchObject({ action: 'remove', after: null });
  });
  test('R11: a protected user stays, and is listed', () => {
    const current = row({}, { protected: true });
    for (const policy of ['deactivate', 'delete', 'keep'] as const) {
      expect(gone({ current }, policy)).toMatchObject({ action: 'skip', code: 'protected' });
    }
  });
  test('a row that was deleted by hand only loses its link', () => {
    expect(gone({ current: null })).toMatchObject({ action: 'remove', after: null, version: null });
  });
});
