import { createHash } from 'node:crypto';
import type { HeldPlan } from '../../domain/task.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../testing/worlds/engine.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
  source = await engine.addSource('hr');
  await read([
    { uid: 'd1', title: 'One' },
    { uid: 'd2', title: 'Two' },
  ]);
});
afterAll(() => database.drop());

async function read(department: readonly Readonly<Record<string, unknown>>[]): Promise<string | undefined> {
  source.script.full = fullRead({ department: [...department], user: [] });
  const { task } = await engine.sync(source);
  return (task.held as HeldPlan | null)?.planHash;
}

/** The hash that can be computed from all lines of the plan, without the key. */
async function plainHash(): Promise<string> {
  const rows = await database.db.prisma.$queryRaw<{ text: string }[]>`
    SELECT concat_ws('|', kind, action, external_id, target_id, before::text, after::text, code) AS text
    FROM changes WHERE outcome IS NULL AND action <> 'keep' ORDER BY rank, id`;
  expect(rows.length).toBeGreaterThan(0);
  const hash = createHash('sha256');
  for (const { text } of rows) hash.update(text).update('\n');
  return hash.digest('hex');
}

test('R33: the hash of a plan cannot be computed from guessed values, and is the same for the same plan', async () => {
  const hash = await read([]);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(hash).not.toBe(await plainHash());
  await database.db.prisma.syncTask.updateMany({ where: { status: 'held' }, data: { status: 'cancelled', held: [] } });
  expect(await read([])).toBe(hash);
  await database.db.prisma.syncTask.updateMany({ where: { status: 'held' }, data: { status: 'cancelled', held: [] } });
  Object.assign(engine.deps, { erasureKey: { open: () => Promise.resolve(Buffer.alloc(32, 'another')) } });
  expect(await read([])).not.toBe(hash);
});
