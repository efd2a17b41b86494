import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { requestSync } from './request-sync.store.js';

let database: TestDatabase;
let world: TaskWorld;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.reset();
  world = createTaskWorld(database.db);
});

const sync = (sourceName: string, options = {}) =>
  requestSync(world.deps, { sourceName, requestedBy: 'key:1', ...options });

test('a sync is a queued task of the source, rung for once, with an audit entry', async () => {
  await world.addSource('hr');
  const { task, joined } = await sync('hr', { address: '10.0.0.1' });
  expect(joined).toBe(false);
  expect(task).toMatchObject({ source: 'hr', status: 'queued', mode: 'full', dryRun: false, trigger: 'manual' });
  expect(task.batch).toMatch(/^\d{20}$/);
  expect(world.rings).toEqual([`${task.id} 1`]);
  const audit = await database.db.prisma.auditEntry.findMany();
  expect(audit).toMatchObject([{ actor: 'key:1', action: 'task.sync', objectId: task.id, address: '10.0.0.1' }]);
});

test('R41: 20 requests at once are one queued task, rung for once', async () => {
  await world.addSource('hr');
  const answers = await Promise.all(Array.from({ length: 20 }, () => sync('hr')));
  expect(new Set(answers.map((answer) => answer.task.id)).size).toBe(1);
  expect(answers.filter((answer) => !answer.joined)).toHaveLength(1);
  expect(await database.db.prisma.syncTask.count()).toBe(1);
  expect(world.rings).toHaveLength(1);
});

test('R41: full, delta and a dry run do not join each other', async () => {
  await world.addSource('hr');
  await sync('hr', { mode: 'full' });
  await sync('hr', { mode: 'delta' });
  const dry = await sync('hr', { mode: 'full', dryRun: true });
  expect(dry).toMatchObject({ joined: false, task: { dryRun: true } });
  expect(await database.db.prisma.syncTask.count()).toBe(3);
});

test('a requested sync ends the back-off of the queued task that it joins', async () => {
  const sourceId = await world.addSource('hr');
  const taskId = await world.addTask(sourceId, { ring: 4, notBefore: new Date(Date.now() + 60_000) });
  const { task, joined } = await sync('hr');
  expect([task.id, joined, task.notBefore]).toEqual([taskId, true, null]);
  expect(world.rings).toEqual([`${taskId} 5`]);
});

test('R44: a queue that is down does not keep a request from being accepted; the next sweep rings', async () => {
  await world.addSource('hr');
  world.queueIsDown = true;
  const { task } = await sync('hr');
  expect((await world.row(task.id)).rungAt).toBeNull();
});

test.each([
  ['missing', {}, { status: 404, code: 'source_not_found' }],
  ['off', {}, { status: 409, code: 'source_disabled' }],
  ['api', { mode: 'full' }, { status: 422, code: 'mode_not_supported' }],
])('a sync of "%s" %j is refused', async (name, options, error) => {
  await world.addSource('off', { enabled: false });
  await expect(sync(name, options)).rejects.toMatchObject(error);
  expect(await database.db.prisma.syncTask.count()).toBe(0);
});

test('a push source syncs as a delta when nothing else is said', async () => {
  expect((await sync('api')).task.mode).toBe('delta');
});
