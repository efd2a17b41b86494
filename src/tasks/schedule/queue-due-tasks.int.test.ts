import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { queueDueTasks } from './queue-due-tasks.store.js';

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

const LONG_AGO = { createdAt: at('2026-01-01T00:00:00Z'), updatedAt: at('2026-01-01T00:00:00Z') };
const tasks = () => database.db.prisma.syncTask.findMany({ orderBy: { scheduledFor: 'asc' } });
const tick = (now: string) => queueDueTasks(world.deps, at(now));
const end = () => database.db.prisma.syncTask.updateMany({ data: { status: 'succeeded' } });

test('5 workers that tick make one task a slot', async () => {
  await world.addSource('hr', { fullCron: '*/10 * * * *', ...LONG_AGO });
  for (const minute of ['00', '10', '20']) {
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 5 }, () => tick(`2026-05-01T10:${minute}:0${round}Z`)));
    }
    await end();
  }
  const slots = (await tasks()).map((task) => task.scheduledFor!.toISOString().slice(11, 16));
  expect(slots).toEqual(['10:00', '10:10', '10:20']);
  expect((await tasks())[0]).toMatchObject({ trigger: 'schedule', mode: 'full', requestedBy: null });
  expect(world.rings).toHaveLength(3);
});

test('full and delta slots that coincide are both queued', async () => {
  await world.addSource('hr', { fullCron: '0 * * * *', deltaCron: '*/5 * * * *', ...LONG_AGO });
  await tick('2026-05-01T10:00:03Z');
  expect((await tasks()).map((task) => task.mode).sort()).toEqual(['delta', 'full']);
});

test('a missed slot runs once when the workers are back', async () => {
  await world.addSource('hr', { fullCron: '0 2 * * *', timezone: 'Europe/Berlin', ...LONG_AGO });
  await tick('2026-05-04T09:00:00Z');
  await tick('2026-05-04T09:00:05Z');
  await end();
  await tick('2026-05-04T09:00:10Z');
  expect((await tasks()).map((task) => task.scheduledFor)).toEqual([at('2026-05-04T00:00:00Z')]);
});

test('a source that was made or changed after a slot waits for its next one', async () => {
  await world.addSource('hr', { fullCron: '0 10 * * *', createdAt: at('2026-05-01T10:00:01Z') });
  await tick('2026-05-01T10:00:03Z');
  expect(await tasks()).toEqual([]);
});

test('a change of the source between a slot and its tick does not lose the slot', async () => {
  await world.addSource('hr', { fullCron: '0 10 * * *', ...LONG_AGO, updatedAt: at('2026-05-01T10:00:02Z') });
  await tick('2026-05-01T10:00:03Z');
  expect(await tasks()).toHaveLength(1);
});

test('R41: a slot joins the task that is queued already and is filled by it', async () => {
  const sourceId = await world.addSource('hr', { fullCron: '0 10 * * *', ...LONG_AGO });
  const taskId = await world.addTask(sourceId);
  await tick('2026-05-01T10:00:03Z');
  await end();
  await tick('2026-05-01T10:00:08Z');
  expect(await tasks()).toMatchObject([{ id: taskId, trigger: 'manual', scheduledFor: at('2026-05-01T10:00:00Z') }]);
});

test('one unreadable schedule and disabled sources keep no other source from running', async () => {
  await world.addSource('bad', { fullCron: 'every day', ...LONG_AGO });
  await world.addSource('off', { fullCron: '0 10 * * *', enabled: false, ...LONG_AGO });
  const sourceId = await world.addSource('hr', { fullCron: '0 10 * * *', ...LONG_AGO });
  await tick('2026-05-01T10:00:03Z');
  expect(await tasks()).toMatchObject([{ sourceId }]);
});

test('a mode that the adapter does not know is not scheduled', async () => {
  await world.addSource('in', { type: 'push', fullCron: '0 10 * * *', ...LONG_AGO });
  await tick('2026-05-01T10:00:03Z');
  expect(await tasks()).toEqual([]);
});

function at(text: string): Date {
  return new Date(text);
}
