import { createTaskWorld, type TaskWorld } from '../src/testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { startMaintenance } from './maintenance.worker.js';

let database: TestDatabase;
let world: TaskWorld;
beforeAll(async () => {
  database = await createTestDatabase();
  world = createTaskWorld(database.db);
});
afterAll(() => database.drop());

const read = async (hoursAgo: number) => {
  const finishedAt = new Date(Date.now() - hoursAgo * 3_600_000);
  const sourceId = await world.addSource(`read-${hoursAgo}`);
  const taskId = await world.addTask(sourceId, { status: 'succeeded', finishedAt });
  const row = { taskId, kind: 'user', externalId: 'a', seq: 1n, state: 'present', matchKeys: [] };
  await database.db.prisma.stagedRecord.create({ data: row });
  return taskId;
};

test('maintenance prunes, and ends when what is under way is through', async () => {
  await read(2);
  const young = await read(0);
  await startMaintenance(world.deps)();
  expect(await database.db.prisma.stagedRecord.findMany()).toMatchObject([{ taskId: young }]);
});

test('a failed round is logged and ends nothing', async () => {
  const logged: unknown[] = [];
  const logger = {
    ...world.deps.logger,
    warn: (_: string, fields: { what: string }) => logged.push(fields.what),
  } as never;
  const prisma = { $transaction: () => Promise.reject(new Error('database away')) };
  const db = { ...database.db, prisma: Object.assign(Object.create(database.db.prisma), prisma) };
  await startMaintenance({ ...world.deps, db, logger })();
  expect(logged).toEqual(['prune', 'sweep']);
});
