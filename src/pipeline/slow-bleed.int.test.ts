import type { HeldPlan } from '../domain/task.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

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

type Person = Readonly<Record<string, unknown>>;

const people = (from: number, to: number, more: object = {}): Person[] =>
  Array.from({ length: to - from }, (_, at) => ({ uid: `u${from + at}`, username: `n${from + at}`, ...more }));
const units = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ uid: `d${from + at}`, title: `D${from + at}` }));

function read(user: readonly Person[], department: readonly Person[] = []) {
  source.script.full = fullRead(department.length > 0 ? { user, department } : { user });
  return engine.sync(source);
}
function push(gone: readonly string[], records: readonly Person[] = []) {
  const words = gone.length > 0 ? [{ type: 'tombstones', kind: 'user', externalIds: gone } as const] : [];
  source.script.delta = [recordsMessage('user', records), ...words];
  return engine.sync(source, { mode: 'delta' });
}
const reasonsOf = ({ task }: { task: { held: unknown } }) =>
  (task.held as HeldPlan | null)?.reasons.map(({ code, kind, count, limit }) => ({ code, kind, count, limit }));
const approve = ({ taskId, task }: { taskId: string; task: { held: unknown } }) =>
  engine.sync(source, { taskId, approve: (task.held as HeldPlan).planHash });
const actives = () => database.db.prisma.user.count({ where: { active: true } });

/** Makes all rows so far a day older. */
async function aDayPasses(hours = 24.1): Promise<void> {
  const { pool } = database.db;
  await pool.query(`UPDATE known_records SET removed_at = removed_at - $1 * interval '1 hour'`, [hours]);
  await pool.query(`UPDATE sync_tasks SET finished_at = finished_at - $1 * interval '1 hour'`, [hours]);
}

test('R32: syncs that each stay below the limit are held as soon as a day adds up to more', async () => {
  await read(people(0, 100));
  expect((await read(people(4, 100))).end).toBe('succeeded');
  expect((await read(people(8, 100))).end).toBe('succeeded');
  expect((await read(people(10, 100))).end).toBe('succeeded');
  const held = await read(people(11, 100));
  expect(held.end).toBe('held');
  expect(reasonsOf(held)).toEqual([{ code: 'slow_bleed', kind: 'user', count: 11, limit: 10 }]);
  expect(await actives()).toBe(90);
});

test('R32: control: a day later the same removal passes', async () => {
  await read(people(0, 100));
  await read(people(10, 100));
  await aDayPasses();
  expect((await read(people(11, 100))).end).toBe('succeeded');
});

test('R32: what a person approved does not count', async () => {
  await read(people(0, 100));
  const held = await read(people(50, 100));
  expect(reasonsOf(held)).toMatchObject([{ code: 'removals' }]);
  expect((await approve(held)).end).toBe('succeeded');
  expect((await read(people(51, 100))).end).toBe('succeeded');
});

test('R32: who came back does not count', async () => {
  await read(people(0, 100));
  await read(people(10, 100));
  await read(people(0, 100));
  expect((await read(people(10, 100))).end).toBe('succeeded');
});

test('R32: deletes that a script pushes one by one add up; the eleventh waits', async () => {
  await push([], people(0, 30));
  for (let at = 0; at < 10; at += 1) expect((await push([`u${at}`])).end).toBe('succeeded');
  const eleventh = await push(['u10']);
  expect(reasonsOf(eleventh)).toEqual([{ code: 'slow_bleed', kind: 'user', count: 11, limit: 10 }]);
  expect((await push([], people(40, 41))).end).toBe('succeeded');
  expect((await approve(eleventh)).end).toBe('succeeded');
  expect(await actives()).toBe(20);
});

test('R32: departments too', async () => {
  await read(people(0, 1), units(0, 40));
  expect((await read(people(0, 1), units(10, 40))).end).toBe('succeeded');
  const held = await read(people(0, 1), units(11, 40));
  expect(reasonsOf(held)).toEqual([{ code: 'slow_bleed', kind: 'department', count: 11, limit: 10 }]);
});

test('R32: and people who are left without any department', async () => {
  const inside = { departments: ['d0'] };
  const nowhere = { departments: [] };
  await read(people(0, 40, inside), units(0, 1));
  const some = [...people(0, 9, nowhere), ...people(9, 40, inside)];
  expect((await read(some, units(0, 1))).end).toBe('succeeded');
  const more = [...people(0, 11, nowhere), ...people(11, 40, inside)];
  expect(reasonsOf(await read(more, units(0, 1)))).toEqual([
    { code: 'slow_bleed', kind: 'membership', count: 11, limit: 10 },
  ]);
});

describe('R31: people whom their records call inactive', () => {
  test('count as removals', async () => {
    await read(people(0, 100));
    const held = await read([...people(0, 11, { active: false }), ...people(11, 100)]);
    expect(reasonsOf(held)).toEqual([{ code: 'removals', kind: 'user', count: 11, limit: 10 }]);
    expect(await actives()).toBe(100);
    expect((await approve(held)).end).toBe('succeeded');
    expect(await actives()).toBe(89);
  });

  test('R32: and add up over a day; who is active again does not', async () => {
    await read(people(0, 100));
    expect((await read([...people(0, 6, { active: false }), ...people(6, 100)])).end).toBe('succeeded');
    const held = await read([...people(0, 11, { active: false }), ...people(11, 100)]);
    expect(reasonsOf(held)).toEqual([{ code: 'slow_bleed', kind: 'user', count: 11, limit: 10 }]);
    expect((await read(people(0, 100, { active: true }))).end).toBe('succeeded');
    expect((await read([...people(0, 10, { active: false }), ...people(10, 100)])).end).toBe('succeeded');
  });
});
