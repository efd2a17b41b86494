import type { HeldPlan } from '../domain/task.js';
import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, usersOf } from '../testing/look.js';
import { completeMessage, recordsMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R10: a person who is deleted and created again with another id keeps the account if a match key finds it. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

type Row = Readonly<Record<string, unknown>>;

const ANN = { username: 'ann', email: 'ann@x.com', phone: '+4915112345678' };
const OLD = { uid: 'old', ...ANN, title: 'old', departments: ['a', { uid: 'b', isMain: true }] };
const NEW = { uid: 'new', ...ANN, title: 'new', departments: ['b', 'c'] };
const OTHER = { uid: 'other', departments: ['a'] };
const DEPARTMENTS = ['a', 'b', 'c'].map((uid) => ({ uid, title: uid.toUpperCase() }));

const prisma = () => database.db.prisma;
const seen = (source: TestSource) => usersOf(database.db, source);
const skipped = (taskId: string) => skippedOf(database.db, taskId);
const full = (...user: readonly Row[]) => fullRead({ department: DEPARTMENTS, user });
const delta = (records: readonly Row[], gone: readonly string[]): ScriptedMessage[] => [
  recordsMessage('user', records),
  { type: 'tombstones', kind: 'user', externalIds: gone },
];

function read(source: TestSource, messages: readonly ScriptedMessage[], options: object = {}) {
  source.script.full = messages;
  return engine.sync(source, options);
}
function say(source: TestSource, records: readonly Row[], gone: readonly string[]) {
  source.script.delta = delta(records, gone);
  return engine.sync(source, { mode: 'delta' });
}

/** The source has `old` and `other`. */
async function begin(settings: SourceSettings = {}): Promise<{ source: TestSource; id: string }> {
  const source = await engine.addSource('hr', { matchKeys: ['email'], ...settings });
  await read(source, full(OTHER, OLD));
  return { source, id: (await seen(source))['old']!.id };
}

/** One active account, which only `new` has, with the departments of `new`. */
async function expectMoved(source: TestSource, id: string, more: object = {}) {
  expect(await seen(source)).toMatchObject({
    new: { id, linked: true, active: true, title: 'new', email: 'ann@x.com', departments: ['b', 'c'], ...more },
    old: { id, linked: false },
  });
  expect(await prisma().user.count()).toBe(2);
}

/** `old` has its account as before, and `new` has none. */
async function expectStayed(source: TestSource, id: string) {
  const users = await seen(source);
  expect(users).toMatchObject({ old: { id, linked: true, active: true, title: 'old', departments: ['a', 'b'] } });
  expect(users).not.toHaveProperty('new');
  expect(await prisma().user.count()).toBe(2);
}

const MOVES: readonly [string, SourceSettings, Row][] = [
  ['policy deactivate', { removal: 'deactivate' }, NEW],
  ['policy delete', { removal: 'delete' }, NEW],
  ['policy keep', { removal: 'keep' }, NEW],
  ['by username', { matchKeys: ['username'] }, { ...NEW, email: 'ann.new@x.com' }],
  ['by phone', { matchKeys: ['phone'] }, NEW],
  ['in another spelling', {}, { ...NEW, email: 'ANN@x.com' }],
  ['by the second key', { matchKeys: ['username', 'email'] }, { ...NEW, username: 'ann2' }],
];

describe.each(MOVES)('R10: deleted and made again in one task, %s', (_name, settings, made) => {
  const email = String(made['email']);

  test('absent from a full read', async () => {
    const { source, id } = await begin(settings);
    const { end, counts } = await read(source, full(OTHER, made));
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ linked: 1, removed: 0, created: 0, updated: 0, skipped: 0 });
    await expectMoved(source, id, { email });
    // The next read changes nothing.
    const { counts: next } = await read(source, full(OTHER, made));
    expect(next['user']).toMatchObject({ unchanged: 2, updated: 0, removed: 0, linked: 0 });
    expect(next['membership']).toMatchObject({ created: 0, removed: 0 });
  });

  test('named as gone in a delta', async () => {
    const { source, id } = await begin(settings);
    const { end, counts } = await say(source, [made], ['old']);
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ linked: 1, removed: 0, created: 0 });
    await expectMoved(source, id, { email });
  });
});

test.each(['deactivate', 'keep'] as const)('R10: removed by an earlier task, policy %s: matched', async (removal) => {
  const { source, id } = await begin({ removal });
  await read(source, full(OTHER));
  const { end } = await read(source, full(OTHER, NEW));
  expect(end).toBe('succeeded');
  await expectMoved(source, id);
});

const INVALID: ScriptedMessage[] = [
  recordsMessage('department', DEPARTMENTS),
  completeMessage('department'),
  recordsMessage('user', [OTHER, NEW, OLD, { ...OLD, title: 'twice' }]),
  completeMessage('user'),
];
const NAMELESS = full(OTHER, NEW, { title: 'no id' });
const CUT = full(OTHER, NEW).filter((message) => message.type !== 'complete' || message.kind !== 'user');

test.each<[string, readonly ScriptedMessage[]]>([
  ['the old id is still listed', full(OTHER, NEW, OLD)],
  ['the old id is seen but unusable (R6, R7)', INVALID],
  ['a record without an id might be it (R7)', NAMELESS],
  ['the read is not complete (R30)', CUT],
])('R10: nothing moves where %s', async (_name, messages) => {
  const { source, id } = await begin();
  const { taskId, end } = await read(source, messages);
  expect(end).toBe('partial');
  expect(await skipped(taskId)).toContain('user/new: match_taken');
  await expectStayed(source, id);
});

test('R10, R11: the link of a protected user stays', async () => {
  const { source, id } = await begin();
  await prisma().user.update({ where: { id }, data: { protected: true } });
  const { taskId } = await read(source, full(OTHER, NEW));
  expect(await skipped(taskId)).toEqual(['user/new: match_taken', 'user/old: protected']);
  await expectStayed(source, id);
});

describe('R10, R15: a locked user whose record is made again', () => {
  const begunLocked = async (removal: 'deactivate' | 'delete' | 'keep') => {
    const begun = await begin({ removal });
    await prisma().user.update({ where: { id: begun.id }, data: { active: false, lockedAt: new Date() } });
    return begun;
  };

  test.each(['deactivate', 'delete', 'keep'] as const)('the link moves and the lock stays: %s', async (removal) => {
    const { source, id } = await begunLocked(removal);
    const { taskId, end } = await read(source, full(OTHER, { ...NEW, active: true, title: 'Back' }));
    expect(end).toBe('succeeded');
    expect(await skipped(taskId)).toEqual([]);
    expect(await seen(source)).toMatchObject({
      new: { id, active: false, title: 'Back', linked: true },
      old: { linked: false },
    });
    expect(await prisma().user.findUniqueOrThrow({ where: { id } })).toMatchObject({
      lockedAt: expect.any(Date) as Date,
    });
  });

  test('who is locked and protected keeps the link of the old record', async () => {
    const { source, id } = await begunLocked('deactivate');
    await prisma().user.update({ where: { id }, data: { protected: true } });
    const { taskId } = await read(source, full(OTHER, NEW));
    expect(await skipped(taskId)).toContain('user/new: match_taken');
    expect(await seen(source)).toMatchObject({ old: { id, linked: true } });
  });
});

describe('R31, R32: the guard', () => {
  const strict = { maxPercent: 100, maxRecords: 0 };
  const heldOf = (task: { held: unknown }) => task.held as HeldPlan;

  test('counts no removal where the link moves, and no slow bleed afterwards', async () => {
    const { source, id } = await begin({ guard: { maxPercent: 100, maxRecords: 1 } });
    expect((await read(source, full(OTHER, NEW))).end).toBe('succeeded');
    expect((await read(source, full(NEW))).end).toBe('succeeded');
    await expectMoved(source, id);
  });

  test('counts a removal where the new record says that the person is not active', async () => {
    const { source, id } = await begin({ guard: strict });
    const { end, task } = await read(source, full(OTHER, { ...NEW, active: false }));
    expect({ end, codes: heldOf(task).reasons.map(({ code }) => code) }).toEqual({ end: 'held', codes: ['removals'] });
    await expectStayed(source, id);
  });

  test('holds the move with the rest of the plan', async () => {
    const { source, id } = await begin({ guard: strict });
    const { taskId, end, task } = await read(source, full(NEW));
    expect(end).toBe('held');
    await expectStayed(source, id);
    await engine.sync(source, { taskId, approve: heldOf(task).planHash });
    await expectMoved(source, id);
  });

  test('withholds the move in the safe part, and nothing is lost', async () => {
    const { source, id } = await begin({ guard: { ...strict, applySafeChanges: true } });
    const { taskId, end, task } = await read(source, full(NEW));
    expect(end).toBe('held');
    await expectStayed(source, id);
    await engine.sync(source, { taskId, approve: heldOf(task).planHash });
    await expectMoved(source, id);
    expect((await seen(source))['other']).toMatchObject({ active: false, linked: false });
  });
});

test('R13: another source keeps its link and its say', async () => {
  const { source, id } = await begin();
  const crm = await engine.addSource('crm', { matchKeys: ['email'], priority: 5 });
  await read(crm, fullRead({ user: [{ uid: 'c', email: 'ann@x.com', title: 'crm' }] }));
  await read(source, full(OTHER, NEW));
  await expectMoved(source, id, { title: 'crm' });
  expect(await seen(crm)).toMatchObject({ c: { id, linked: true } });
});

test('R10, R22: departments that only the old record named go, also where the new record names none', async () => {
  const { source, id } = await begin();
  await read(source, full(OTHER, { uid: 'new', email: 'ann@x.com', title: 'new' }));
  await expectMoved(source, id, { departments: [] });
});

test('R20, R23: what waited for the old record is the wait of the new one', async () => {
  const { source } = await begin();
  await read(source, full(OTHER, { ...OLD, managerUid: 'missing' }, { uid: 'report', managerUid: 'old' }));
  const { counts } = await read(source, full(OTHER, NEW, { uid: 'report', managerUid: 'new' }));
  expect(counts['user']).toMatchObject({ waiting: 0 });
  expect(await seen(source)).toMatchObject({ report: { manager: 'new' } });
});

test('R35: a dry run shows the move and makes none', async () => {
  const { source, id } = await begin();
  const { taskId, counts } = await read(source, full(OTHER, NEW), { dryRun: true });
  expect(counts['user']).toMatchObject({ linked: 1, removed: 0 });
  const lines = await prisma().change.findMany({ where: { taskId, kind: 'user' } });
  expect(lines).toMatchObject([{ externalId: 'new', targetId: id, action: 'link', code: 'link_moved' }]);
  expect(lines[0]?.message).toContain('record old');
  await expectStayed(source, id);
});

test.each([1, 2, 3])('R44: a worker that dies after %i lines of the move: the next one ends it', async (lines) => {
  const { source, id } = await begin();
  const dying = new AbortController();
  const run = read(source, full(OTHER, NEW), {
    signal: dying.signal,
    onReport: ({ phase, done }: { phase: string; done: number }) => {
      if (phase === 'apply' && done >= lines - 1) dying.abort(new Error('killed'));
    },
  });
  await expect(run).rejects.toThrow('killed');
  const { id: taskId } = await prisma().syncTask.findFirstOrThrow({ where: { status: 'applying' } });
  expect((await engine.sync(source, { taskId })).end).toBe('succeeded');
  await expectMoved(source, id);
});

describe('the undo of a move', () => {
  test('gives the link, the fields and the memberships back, and can be undone', async () => {
    const { source, id } = await begin({ guard: { maxPercent: 100, maxRecords: 0 } });
    const before = (await seen(source))['old'];
    const move = await read(source, full(OTHER, NEW));
    const undo = await engine.sync(source, { undoes: move.taskId });
    expect(undo.end).toBe('succeeded');
    expect(await seen(source)).toMatchObject({ old: before, new: { id, linked: false } });
    expect((await engine.sync(source, { undoes: undo.taskId })).end).toBe('succeeded');
    await expectMoved(source, id);
    await engine.sync(source, { undoes: move.taskId });
    expect((await read(source, full(OTHER, NEW))).end).toBe('succeeded');
    await expectMoved(source, id);
  });

  test('leaves both records as they are where a person changed the user since', async () => {
    const { source, id } = await begin();
    const move = await read(source, full(OTHER, NEW));
    await prisma().user.update({ where: { id }, data: { title: 'by hand', version: { increment: 1 } } });
    const { taskId, end } = await engine.sync(source, { undoes: move.taskId });
    expect(end).toBe('partial');
    expect(await skipped(taskId)).toEqual(['user/new: changed_since', 'user/old: changed_since']);
    expect(await seen(source)).toMatchObject({ new: { id, linked: true, title: 'by hand' }, old: { linked: false } });
  });
});
