import { createEngine, type Engine, fullRead } from '../testing/worlds/engine.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** The cost of a sync that finds the same unusable fields again. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
afterAll(() => database.drop());

const COUNT = 1_000;

test('R7: 1,000 photos that are too large are named by each sync, one line each, and no person is written again', async () => {
  const source = await engine.addSource('directory');
  const photo = 'x'.repeat(20_000);
  const people = Array.from({ length: COUNT }, (_, at) => ({ uid: `u${at}`, username: `n${at}`, photo }));
  source.script.full = fullRead({ user: people });
  const first = await engine.sync(source);
  const rows = async () =>
    (await database.db.pool.query('SELECT id, xmin, version FROM users ORDER BY id')).rows as object[];
  const before = await rows();
  const second = await engine.sync(source);
  expect([first.end, second.end]).toEqual(['partial', 'partial']);
  expect(first.counts['user']).toMatchObject({ created: COUNT, fieldProblems: COUNT });
  expect(second.counts['user']).toMatchObject({ unchanged: COUNT, updated: 0, fieldProblems: COUNT });
  const lines = await database.db.prisma.change.groupBy({
    by: ['target', 'action'],
    where: { taskId: second.taskId },
    _count: true,
  });
  expect(lines).toEqual([{ target: 'users', action: 'keep', _count: COUNT }]);
  expect(await rows()).toEqual(before);
});
