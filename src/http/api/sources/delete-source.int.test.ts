import { inTransaction } from '../../../platform/db.js';
import { createEngine, type Engine, fullRead } from '../../../testing/worlds/engine.js';
import { createTestDatabase, type TestDatabase } from '../../../testing/servers/test-database.js';
import { deleteSource } from './source.store.js';

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

async function syncedSource(name: string): Promise<string> {
  const source = await engine.addSource(name);
  source.script.full = fullRead({
    department: [{ uid: 'd', title: name }],
    user: [{ uid: 'u', username: name, departments: ['d'] }],
  });
  expect((await engine.sync(source)).end).toBe('succeeded');
  return source.id;
}

const countOf = async (table: string, where: string, id: string): Promise<number> => {
  const { rows } = await database.db.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} WHERE ${where} = $1`,
    [id],
  );
  return rows[0]?.count ?? -1;
};

test('R22: with a source go its links and tasks with all their rows; its memberships stay, as if made by hand', async () => {
  const [gone, stays] = [await syncedSource('gone'), await syncedSource('stays')];
  const { prisma } = database.db;
  const task = await prisma.syncTask.findFirstOrThrow({ where: { sourceId: gone } });
  const other = await prisma.syncTask.findFirstOrThrow({ where: { sourceId: stays } });
  await inTransaction(database.db, (tx) => deleteSource(tx, gone));

  expect(await countOf('known_records', 'source_id', gone)).toBe(0);
  expect(await countOf('staged_records', 'task_id', task.id)).toBe(0);
  expect(await countOf('changes', 'task_id', task.id)).toBe(0);
  expect(await prisma.membership.findMany({ select: { sourceId: true }, orderBy: { id: 'asc' } })).toEqual(
    expect.arrayContaining([{ sourceId: null }, { sourceId: stays }]),
  );
  expect(await countOf('memberships', 'source_id', gone)).toBe(0);
  // Nothing of other sources.
  expect(await countOf('known_records', 'source_id', stays)).toBe(2);
  expect(await countOf('staged_records', 'task_id', other.id)).toBe(2);
  expect(await countOf('changes', 'task_id', other.id)).toBe(3);
});
