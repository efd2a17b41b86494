import { createEngine, type Engine, fullRead, type SyncOptions, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, treeOf, usersOf } from '../testing/look.js';
import { completeMessage, recordsMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import type { HeldPlan } from '../domain/task.js';

let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  // The default limits of R31.
  source = await engine.addSource('hr', { guard: {} });
});
afterAll(() => database.drop());

type Records = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

const prisma = () => database.db.prisma;
const user = (at: number, more: object = {}) => ({
  uid: `u${String(at).padStart(4, '0')}`,
  username: `n${at}`,
  ...more,
});
const users = (from: number, to: number, more: object = {}) =>
  Array.from({ length: to - from }, (_, at) => user(from + at, more));

async function read(records: Records, options?: SyncOptions) {
  source.script.full = fullRead(records);
  return engine.sync(source, options);
}
async function readMessages(...messages: readonly ScriptedMessage[]) {
  source.script.full = messages;
  return engine.sync(source);
}
async function push(kind: string, records: Records[string], gone: readonly string[] = []) {
  source.script.delta = [recordsMessage(kind, records), { type: 'tombstones', kind, externalIds: gone }];
  return engine.sync(source, { mode: 'delta' });
}
const reasonsOf = (task: { held: unknown }) =>
  (task.held as HeldPlan | null)?.reasons.map(({ code, kind, count, limit }) => ({ code, kind, count, limit }));
const hashOf = (task: { held: unknown }) => (task.held as HeldPlan).planHash;
const actives = () => prisma().user.count({ where: { active: true } });

/** All rows, with their versions, of the tables that a plan must not change. */
async function everything(): Promise<unknown> {
  const tables = ['users', 'departments', 'memberships', 'known_records', 'pending_references', 'sources'];
  const read = tables.map((table) => database.db.pool.query(`SELECT xmin, ctid, * FROM ${table} ORDER BY ctid`));
  return (await Promise.all(read)).map((result): unknown => result.rows);
}

describe('R30: absence is inferred only from a read with a proved end', () => {
  beforeEach(() => read({ user: users(0, 20), department: [{ uid: 'd', title: 'D' }] }));

  test('control: with the proof the missing one is gone', async () => {
    const { end, counts } = await read({ user: users(0, 19), department: [{ uid: 'd', title: 'D' }] });
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ seen: 19, unchanged: 19, removed: 1 });
    expect(await actives()).toBe(19);
  });

  test('a list that just ends proves nothing; creates and updates go through', async () => {
    const { end, task, counts } = await readMessages(recordsMessage('user', [user(0, { title: 'new' }), user(50)]));
    expect(end).toBe('partial');
    expect(task.errorCode).toBe('not_complete');
    expect(counts['user']).toMatchObject({ created: 1, updated: 1, removed: 0 });
    expect(await actives()).toBe(21);
  });

  test('the proof of one kind is none for another', async () => {
    const { counts } = await readMessages(
      recordsMessage('user', users(0, 19)),
      completeMessage('user'),
      recordsMessage('department', []),
    );
    expect(counts).toMatchObject({ user: { removed: 1 }, department: { removed: 0 } });
    expect(await treeOf(database.db, source)).toEqual({ d: null });
  });

  test.each([
    ['fewer', 21],
    ['more', 19],
  ])('a total that disagrees with what came is no proof: %s came', async (_name, records) => {
    const messages = [recordsMessage('user', users(1, 20)), recordsMessage('department', [{ uid: 'd', title: 'D' }])];
    const proofs = [completeMessage('user'), completeMessage('department')];
    const { end, task, counts } = await readMessages({ type: 'total', records }, ...messages, ...proofs);
    expect(end).toBe('partial');
    expect(task).toMatchObject({ errorCode: 'not_complete', complete: {} });
    expect(counts['user']).toMatchObject({ seen: 19, removed: 0 });
    const agreeing = await readMessages({ type: 'total', records: 20 }, ...messages, ...proofs);
    expect(agreeing.end).toBe('succeeded');
    expect(agreeing.counts['user']).toMatchObject({ removed: 1 });
  });

  test('a delta that ends with a proof names everyone: the others are absent', async () => {
    const ids = users(0, 18).map((one) => one.uid);
    source.script.delta = [
      { type: 'present', kind: 'user', externalIds: ids },
      recordsMessage('user', [user(18, { title: 'new' })]),
      completeMessage('user'),
    ];
    const { counts } = await engine.sync(source, { mode: 'delta' });
    expect(counts['user']).toMatchObject({ seen: 19, unchanged: 18, updated: 1, removed: 1 });
  });
});

describe('R34: too many bad records', () => {
  const broken = (count: number): ScriptedMessage => {
    const records = Array.from({ length: count }, (_, at) => ({ externalId: `bad${at}`, data: 'no object' }));
    return { type: 'records', kind: 'user', records };
  };

  test.each([
    [4, 30, 1],
    [5, 30, 0],
    [5, 496, 1],
    [5, 490, 0],
  ])('%i bad ones beside %i good ones: %i removal', async (badOnes, good, removed) => {
    await read({ user: users(0, good + 1) });
    const { end, task, counts } = await readMessages(
      recordsMessage('user', users(0, good)),
      broken(badOnes),
      completeMessage('user'),
    );
    expect(end).toBe('partial');
    expect(task.errorCode).toBe(removed === 0 ? 'bad_records' : 'records_skipped');
    expect(counts['user']).toMatchObject({ removed, skipped: badOnes, unchanged: good });
  });

  test('R7: fields that are left out are no bad records', async () => {
    await read({ user: users(0, 31) });
    const { task, counts } = await read({ user: users(0, 30, { active: 'yes', photo: 'x'.repeat(20_000) }) });
    expect(task.errorCode).toBe('fields_left_out');
    expect(counts['user']).toMatchObject({ removed: 1, skipped: 0, fieldProblems: 60 });
  });
});

describe('R31: a suspicious plan is held before its first write', () => {
  test('at the limit it goes on, one more is held, and nothing at all is written', async () => {
    await read({ user: users(0, 40) });
    const fine = await read({ user: users(10, 40) });
    expect(fine.end).toBe('succeeded');
    expect(fine.counts['user']).toMatchObject({ removed: 10 });
    const before = await everything();
    const held = await read({ user: [...users(18, 40), user(99), user(18, { title: 'new' })].slice(1) });
    expect(held.end).toBe('held');
    expect(reasonsOf(held.task)).toEqual([{ code: 'removals', kind: 'user', count: 8, limit: 7 }]);
    expect(held.counts['user']).toMatchObject({ removed: 8, created: 1, updated: 1 });
    expect(await everything()).toEqual(before);
    const { planHash, expiresAt } = held.task.held as unknown as HeldPlan;
    expect(planHash).toMatch(/^[0-9a-f]{64}$/);
    const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(71.9);
    expect(hours).toBeLessThanOrEqual(72);
  });

  test('a kind that had records and reads as empty', async () => {
    await read({ user: users(0, 1), department: [{ uid: 'd', title: 'D' }] });
    const held = await read({ user: users(0, 1), department: [] });
    expect(reasonsOf(held.task)).toEqual([{ code: 'empty_source', kind: 'department', count: 1, limit: 0 }]);
  });

  test('more than 30 % with another e-mail, username or parent', async () => {
    const mails = (host: string, from: number, to: number) =>
      users(from, to).map((one) => ({ ...one, email: `${one.uid}@${host}` }));
    await read({ user: mails('old.com', 0, 20) });
    const seven = [...mails('x.com', 0, 7), ...mails('old.com', 7, 20)];
    const held = await read({ user: seven });
    expect(reasonsOf(held.task)).toEqual([{ code: 'moved_values', kind: 'user', count: 7, limit: 6 }]);
    expect((await read({ user: [...seven.slice(0, 6), ...mails('old.com', 6, 20)] })).end).toBe('succeeded');
  });

  test('people who would be left without any department', async () => {
    const department = [
      { uid: 'd', title: 'D' },
      { uid: 'e', title: 'E' },
    ];
    const at = (uid: string) => ({ departments: [uid] });
    await read({ department, user: [...users(0, 12, at('d')), ...users(12, 40, at('e'))] });
    const held = await read({
      department,
      user: [...users(0, 11, { departments: [] }), ...users(11, 12, at('d')), ...users(12, 40, at('e'))],
    });
    expect(reasonsOf(held.task)).toEqual([{ code: 'no_department', kind: 'membership', count: 11, limit: 10 }]);
    const moved = await read({ department, user: users(0, 40, at('e')) });
    expect(moved.end).toBe('succeeded');
  });

  test('limits are per source', async () => {
    await prisma().source.update({ where: { id: source.id }, data: { guard: { maxPercent: 50, maxRecords: 100 } } });
    await read({ user: users(0, 20) });
    expect((await read({ user: users(10, 20) })).end).toBe('succeeded');
  });

  test('a held task does not keep deltas of its source waiting', async () => {
    await read({ user: users(0, 8) });
    expect((await read({ user: users(3, 8) })).end).toBe('held');
    expect((await push('user', [user(70)])).end).toBe('succeeded');
  });
});

describe('R33: approval', () => {
  beforeEach(() => read({ user: users(0, 8) }));

  test('of the very plan applies it, without reading the source again', async () => {
    const held = await read({ user: users(3, 8) });
    const reads = source.script.requests.length;
    const { end, counts, task } = await engine.sync(source, { taskId: held.taskId, approve: hashOf(held.task) });
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ removed: 3 });
    expect(task).toMatchObject({ held: null, approvedHash: null });
    expect(source.script.requests).toHaveLength(reads);
    expect(await actives()).toBe(5);
  });

  test('of a plan whose data moved since holds the new one', async () => {
    const held = await read({ user: users(3, 8) });
    await push('user', [], ['u0000']);
    const again = await engine.sync(source, { taskId: held.taskId, approve: hashOf(held.task) });
    expect(again.end).toBe('held');
    expect(hashOf(again.task)).not.toBe(hashOf(held.task));
    expect(again.counts['user']).toMatchObject({ removed: 2 });
    expect(await actives()).toBe(7);
    const last = await engine.sync(source, { taskId: held.taskId, approve: hashOf(again.task) });
    expect(last.counts['user']).toMatchObject({ removed: 2 });
  });

  test('a plan that is made twice has one hash; another plan has another', async () => {
    const first = await read({ user: [...users(3, 8), user(20), user(21)], department: [{ uid: 'd', title: 'D' }] });
    const second = await engine.sync(source, { taskId: first.taskId });
    expect(hashOf(second.task)).toBe(hashOf(first.task));
    const other = await read({ user: [...users(3, 8), user(20)], department: [{ uid: 'd', title: 'D' }] });
    expect(hashOf(other.task)).not.toBe(hashOf(first.task));
  });
});

describe('R35: a dry run', () => {
  test('writes the plan and its counts, nothing else', async () => {
    const department = [{ uid: 'd', title: 'D' }];
    await read({ user: users(0, 8, { departments: ['d'] }), department });
    const before = await everything();
    const records = { user: [...users(1, 8, { departments: ['d'] }), user(9, { departments: ['d'] })], department };
    const dry = await read(records, { dryRun: true });
    expect(dry.end).toBe('succeeded');
    expect(dry.counts).toMatchObject({
      user: { seen: 8, created: 1, removed: 1, unchanged: 7 },
      membership: { seen: 8, created: 1, removed: 1, unchanged: 7 },
    });
    expect(await prisma().change.count({ where: { taskId: dry.taskId } })).toBe(4);
    expect(await everything()).toEqual(before);
    const real = await read(records);
    expect(real.counts).toEqual(dry.counts);
  });

  test('is not held: a dry run needs no approval', async () => {
    await read({ user: users(0, 8) });
    const { end, counts } = await read({ user: users(7, 8) }, { dryRun: true });
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ removed: 7 });
    expect(await actives()).toBe(8);
  });
});

describe('R47: what was pushed after a full read began wins', () => {
  /** A full read that was held; `meanwhile` is pushed; then the full read is approved. */
  async function overtaken(full: Records, meanwhile: () => Promise<unknown>) {
    await read({ user: users(0, 8, { title: 'A' }) });
    const held = await read(full);
    expect(held.end).toBe('held');
    await meanwhile();
    const again = await engine.sync(source, { taskId: held.taskId });
    if (again.end !== 'held') return again;
    return engine.sync(source, { taskId: held.taskId, approve: hashOf(again.task) });
  }
  const people = () => usersOf(database.db, source);
  const old = { user: users(3, 8, { title: 'old' }) };

  test('a record', async () => {
    await overtaken(old, () => push('user', [user(3, { title: 'pushed' })]));
    expect(await people()).toMatchObject({ u0003: { title: 'pushed' }, u0004: { title: 'old' } });
  });

  test('a record that the full read did not see is not absent', async () => {
    await overtaken(old, () => push('user', [user(0, { title: 'pushed' })]));
    expect(await people()).toMatchObject({ u0000: { title: 'pushed', active: true }, u0001: { active: false } });
  });

  test('a tombstone', async () => {
    await overtaken(old, () => push('user', [], ['u0003']));
    expect(await people()).toMatchObject({ u0003: { active: false, linked: false } });
  });

  test('a record that says what was known before', async () => {
    await overtaken(old, () => push('user', [user(3, { title: 'A' })]));
    expect(await people()).toMatchObject({ u0003: { title: 'A' }, u0004: { title: 'old' } });
  });

  test('a tombstone of a person whom only the full read brings', async () => {
    const { taskId } = await overtaken({ user: [...old.user, user(60)] }, () => push('user', [], ['u0060']));
    expect(await people()).not.toHaveProperty('u0060');
    expect(await skippedOf(database.db, taskId)).toEqual([]);
  });

  test('control: without a push the full read has its way', async () => {
    await overtaken(old, () => Promise.resolve());
    expect(await people()).toMatchObject({ u0003: { title: 'old' }, u0000: { active: false } });
  });
});
