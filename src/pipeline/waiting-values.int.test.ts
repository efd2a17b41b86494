import { queueRechecks } from '../tasks/life/queue-rechecks.store.js';
import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTaskWorld } from '../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R12: a record that could not get a value gets it by itself as soon as it is free. */
let database: TestDatabase;
let engine: Engine;
let hr: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  hr = await addSource('hr');
});
afterAll(() => database.drop());

type Names = Readonly<Record<string, string | null>>;
const prisma = () => database.db.prisma;
const sources = new Map<string, TestSource>();

async function addSource(name: string, settings?: SourceSettings) {
  const source = await engine.addSource(name, settings);
  sources.set(source.id, source);
  return source;
}

const toRecords = (names: Names) => Object.entries(names).map(([uid, username]) => ({ uid, username }));

function push(source: TestSource, names: Names, gone: readonly string[] = []) {
  const tombstones = { type: 'tombstones', kind: 'user', externalIds: gone } as const;
  source.script.delta = [recordsMessage('user', toRecords(names)), tombstones];
  return engine.sync(source, { mode: 'delta' });
}

function read(source: TestSource, names: Names) {
  source.script.full = fullRead({ user: toRecords(names) });
  return engine.sync(source);
}

async function names(source = hr) {
  const users = Object.entries(await usersOf(database.db, source)).filter(([, one]) => one.active);
  return Object.fromEntries(users.map(([uid, { username }]) => [uid, username]));
}

/** The work of workers between tasks: queues due tasks and runs them. @returns the sources of the tasks. */
async function recheck(): Promise<string[]> {
  await queueRechecks(createTaskWorld(database.db).deps);
  const queued = await prisma().syncTask.findMany({ where: { status: 'queued' }, orderBy: { id: 'asc' } });
  for (const { id, mode, sourceId } of queued) {
    expect(mode).toBe('recheck');
    await engine.sync(sources.get(sourceId)!, { taskId: id });
  }
  return queued.map(({ sourceId }) => sources.get(sourceId)!.name);
}

const waiting = () => prisma().pendingReference.count();

describe('in the same source, at the next task', () => {
  test.each<[string, Names, readonly (readonly [Names, readonly string[]])[], Names]>([
    [
      'a swap over two deltas',
      { a: 'ann', b: 'bo' },
      [
        [{ a: 'bo' }, []],
        [{ b: 'ann' }, []],
      ],
      { a: 'bo', b: 'ann' },
    ],
    [
      'handed on, the heir first',
      { a: 'ann' },
      [
        [{ b: 'ann' }, []],
        [{ a: 'x' }, []],
      ],
      { a: 'x', b: 'ann' },
    ],
    [
      'handed on, cleared later',
      { a: 'ann' },
      [
        [{ b: 'ann' }, []],
        [{ a: null }, []],
      ],
      { a: null, b: 'ann' },
    ],
    [
      'the holder leaves later',
      { a: 'ann' },
      [
        [{ b: 'ann' }, []],
        [{}, ['a']],
      ],
      { b: 'ann' },
    ],
    ['both in one delta', { a: 'ann' }, [[{ b: 'ann', a: 'x' }, []]], { a: 'x', b: 'ann' }],
    [
      'a chain over three deltas, from the wrong end',
      { a: 'ann', b: 'bo', c: 'cy' },
      [
        [{ a: 'bo' }, []],
        [{ b: 'cy' }, []],
        [{ c: 'dan' }, []],
      ],
      { a: 'bo', b: 'cy', c: 'dan' },
    ],
    [
      'a ring over three deltas',
      { a: 'ann', b: 'bo', c: 'cy' },
      [
        [{ a: 'bo' }, []],
        [{ b: 'cy' }, []],
        [{ c: 'ann' }, []],
      ],
      { a: 'bo', b: 'cy', c: 'ann' },
    ],
    [
      'no longer claimed',
      { a: 'ann' },
      [
        [{ b: 'ann' }, []],
        [{ b: 'bo' }, []],
        [{}, ['a']],
      ],
      { b: 'bo' },
    ],
    [
      'the one who waits is gone',
      { a: 'ann' },
      [
        [{ b: 'ann' }, []],
        [{}, ['b']],
        [{}, ['a']],
      ],
      {},
    ],
    [
      'another spelling',
      { a: 'ann' },
      [
        [{ b: 'ANN' }, []],
        [{ a: 'x' }, []],
      ],
      { a: 'x', b: 'ANN' },
    ],
  ])('%s', async (_name, first, deltas, last) => {
    await push(hr, first);
    const ends = [];
    for (const [given, gone] of deltas) ends.push((await push(hr, given, gone)).end);
    expect(await names()).toEqual(last);
    expect(ends.at(-1)).toBe('succeeded');
    expect(await waiting()).toBe(0);
  });

  test('two wait for one value: the first external id has it, the other waits on', async () => {
    await push(hr, { a: 'ann' });
    await push(hr, { c: 'ann' });
    await push(hr, { b: 'ann' });
    expect((await push(hr, {}, ['a'])).end).toBe('partial');
    expect(await names()).toEqual({ b: 'ann', c: null });
    expect((await push(hr, {}, ['b'])).end).toBe('succeeded');
    expect(await names()).toEqual({ c: 'ann' });
  });

  test('in full reads: every read looks again', async () => {
    await read(hr, { a: 'ann', b: 'bo' });
    const first = await read(hr, { a: 'ann', b: 'ann' });
    expect(first.end).toBe('partial');
    expect(await names()).toEqual({ a: 'ann', b: 'bo' });
    expect((await read(hr, { a: 'ann', b: 'ann' })).end).toBe('partial');
    expect((await read(hr, { a: 'x', b: 'ann' })).end).toBe('succeeded');
    expect(await names()).toEqual({ a: 'x', b: 'ann' });
  });
});

describe('across sources, by a task of their own', () => {
  let crm: TestSource;
  beforeEach(async () => {
    crm = await addSource('crm');
    await push(crm, { c: 'ann' });
    await push(hr, { h: 'ann' });
    expect(await names(hr)).toEqual({ h: null });
    expect(await recheck()).toEqual([]);
  });

  test.each([
    ['the holder gets another', () => push(crm, { c: 'cy' })],
    ['the holder leaves', () => push(crm, {}, ['c'])],
    ['the holder is locked', () => prisma().user.updateMany({ where: { username: 'ann' }, data: { active: false } })],
    ['the holder is deleted', () => prisma().user.deleteMany({ where: { username: 'ann' } })],
  ])('%s', async (_name, free) => {
    await free();
    expect(await recheck()).toEqual(['hr']);
    expect(await names(hr)).toEqual({ h: 'ann' });
    expect(await waiting()).toBe(0);
    expect(await recheck()).toEqual([]);
  });

  test('a value that another user takes in between is waited for again', async () => {
    await push(crm, { c: 'cy' });
    await push(crm, { d: 'ann' });
    expect(await recheck()).toEqual([]);
    await push(crm, {}, ['d']);
    expect(await recheck()).toEqual(['hr']);
    expect(await names(hr)).toEqual({ h: 'ann' });
  });

  test('one that cannot be given is offered once, not again and again', async () => {
    await prisma().user.updateMany({ where: { username: null }, data: { active: false, lockedAt: new Date() } });
    await push(crm, { c: 'cy' });
    await recheck();
    expect(await recheck()).toEqual([]);
  });

  test('also while its source is disabled: what it said last still counts', async () => {
    await prisma().source.update({ where: { id: hr.id }, data: { enabled: false } });
    await push(crm, { c: 'cy' });
    expect(await recheck()).toEqual(['hr']);
    expect(await names(hr)).toEqual({ h: 'ann' });
  });

  test('what was freed between two checks is found by the next check', async () => {
    await push(crm, { c: 'cy' });
    await push(hr, { other: 'x' });
    expect(await names(hr)).toEqual({ h: 'ann', other: 'x' });
    expect(await recheck()).toEqual([]);
  });
});
