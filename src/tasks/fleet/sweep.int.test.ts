import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { ringNextTask } from '../life/ring-next-task.js';
import { sweep } from './sweep.js';

let database: TestDatabase;
let world: TaskWorld;
let sourceId: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.reset();
  world = createTaskWorld(database.db);
  sourceId = await world.addSource('hr');
});

const agoMs = (ms: number) => new Date(Date.now() - ms);
const atWork = { status: 'pulling', worker: 'w', rungAt: agoMs(60_000) } as const;

test.each([
  ['never heard', { rungAt: null }],
  ['rung 16 s ago', { rungAt: agoMs(16_000) }],
  ['whose back-off ended 16 s ago', { rungAt: agoMs(60_000), notBefore: agoMs(16_000) }],
])('R44: a queued task %s is rung for again', async (_, row) => {
  const taskId = await world.addTask(sourceId, { ring: 1, ...row });
  await sweep(world.deps);
  await sweep(world.deps);
  expect(world.rings).toEqual([`${taskId} 2`]);
});

test.each([
  ['rung 14 s ago', () => ({ rungAt: agoMs(14_000) })],
  ['that waits for its back-off', () => ({ rungAt: agoMs(60_000), notBefore: agoMs(-60_000) })],
  ['whose back-off ended just now', () => ({ rungAt: agoMs(60_000), notBefore: agoMs(1_000) })],
  ['that is held', () => ({ status: 'held' as const, rungAt: null })],
  ['that ended', () => ({ status: 'failed' as const, rungAt: null })],
  ['with a living worker', () => ({ ...atWork, heartbeatAt: agoMs(29_000) })],
])('a task %s is left in peace', async (_, row) => {
  await world.addTask(sourceId, row());
  await sweep(world.deps);
  expect(world.rings).toEqual([]);
});

test.each([
  ['is silent for longer than the lease', agoMs(31_000)],
  ['gave it back', null],
])('R44: a task whose worker %s is rung for', async (_, heartbeatAt) => {
  const taskId = await world.addTask(sourceId, { ...atWork, heartbeatAt });
  await sweep(world.deps);
  expect(world.rings).toEqual([`${taskId} 1`]);
});

test('a task behind a busy source is not rung for; it is when that one ends', async () => {
  const busy = await world.addTask(sourceId, { ...atWork, heartbeatAt: new Date() });
  const taskId = await world.addTask(sourceId, { mode: 'delta', rungAt: null });
  await sweep(world.deps);
  expect(world.rings).toEqual([]);
  await database.db.prisma.syncTask.update({ where: { id: busy }, data: { status: 'succeeded' } });
  await ringNextTask(world.deps, sourceId);
  expect(world.rings).toEqual([`${taskId} 1`]);
});

test('an undo of a disabled source is rung for, although an older task of the source may not begin', async () => {
  await database.db.prisma.source.update({ where: { id: sourceId }, data: { enabled: false } });
  await world.addTask(sourceId, { rungAt: null, queuedAt: agoMs(60_000) });
  const undo = await world.addTask(sourceId, { mode: 'undo', trigger: 'undo', rungAt: null });
  await ringNextTask(world.deps, sourceId);
  expect(world.rings).toEqual([`${undo} 1`]);
});

test('a ring that waits for a free worker is not doubled', async () => {
  const taskId = await world.addTask(sourceId, { ring: 3, rungAt: agoMs(60_000) });
  world.ringing.add(`${taskId} 3`);
  await sweep(world.deps);
  expect(world.rings).toEqual([]);
});

test('R41: 10 sweeps at once ring once', async () => {
  const taskId = await world.addTask(sourceId, { ring: 1, rungAt: null });
  await Promise.all(Array.from({ length: 10 }, () => sweep(world.deps)));
  expect(world.rings).toEqual([`${taskId} 2`]);
});

test('R44: while the queue is down nothing is lost; then it is rung', async () => {
  const taskId = await world.addTask(sourceId, { ring: 1, rungAt: null });
  world.queueIsDown = true;
  await expect(sweep(world.deps)).rejects.toThrow('queue down');
  world.queueIsDown = false;
  await sweep(world.deps);
  expect(world.rings).toEqual([`${taskId} 2`]);
});

test('R33: a held plan that was not approved in time is cancelled as expired', async () => {
  const held = (expiresAt: Date) => ({ reasons: [], planHash: 'h', expiresAt: expiresAt.toISOString() });
  const late = await world.addTask(sourceId, { status: 'held', held: held(agoMs(1)) });
  const open = await world.addTask(sourceId, { status: 'held', held: held(agoMs(-60_000)) });
  await sweep(world.deps);
  expect(await world.row(late)).toMatchObject({ status: 'cancelled', errorCode: 'expired' });
  expect((await world.row(open)).status).toBe('held');
});

test('R44: pushes that wait without a task get one', async () => {
  const { id } = await database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
  const push = { id: crypto.randomUUID(), sourceId: id, kind: 'user', records: [], recordCount: 0 };
  await database.db.prisma.push.create({ data: push });
  await Promise.all([sweep(world.deps), sweep(world.deps), sweep(world.deps)]);
  const tasks = await database.db.prisma.syncTask.findMany();
  expect(tasks).toMatchObject([{ sourceId: id, mode: 'delta', trigger: 'push', status: 'queued' }]);
});
