import { loadPlugins } from '../../plugins.js';
import { SourceRegistry } from '../../sources/source-registry.js';
import { createEngine, type Engine, type TestSource } from '../worlds/engine.js';
import { POSITIONS_TABLE } from './example-plugin.js';
import { problemsOf, skippedOf } from '../look.js';
import { createTestDatabase, type TestDatabase } from '../servers/test-database.js';

/** A plugin adds a kind, its target and a type of source without touching the core, and everything holds for it too. */
let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.pool.query(POSITIONS_TABLE);
  const sources = new SourceRegistry();
  const targets = await loadPlugins(['./src/testing/fakes/example-plugin.ts'], { sources });
  engine = createEngine(database.db, { targets, adapters: sources.list() });
});
beforeEach(async () => {
  await database.reset();
  source = await engine.addSource('posts', { type: 'position-list', config: { positions: [] } });
});
afterAll(() => database.drop());

async function read(positions: readonly object[], people: readonly object[] = []) {
  const config = { positions, people } as object;
  await database.db.prisma.source.update({ where: { id: source.id }, data: { config } });
  const first = await engine.sync(source);
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

async function positions() {
  const { rows } = await database.db.pool.query<Record<string, unknown>>(
    `SELECT k.external_id AS uid, p.title, p.level, p.open, p.version, h.external_id AS holder FROM positions p
     JOIN known_records k ON k.target_id = p.id
     LEFT JOIN known_records h ON h.target_id = p.holder_id ORDER BY 1`,
  );
  return rows;
}

const clerk = { uid: 'p1', title: 'Clerk', level: 1 };
const chief = { uid: 'p2', title: 'Chief', level: 9 };

test('its records are created, unchanged, updated, removed and restored like any other', async () => {
  const first = await read([clerk, chief]);
  expect(first.end).toBe('succeeded');
  expect(first.counts['position']).toMatchObject({ seen: 2, created: 2 });
  const same = await read([clerk, chief]);
  expect(same.counts['position']).toMatchObject({ seen: 2, unchanged: 2 });
  expect(await positions()).toMatchObject([{ version: 1 }, { version: 1 }]);
  const moved = await read([{ ...clerk, level: null }, chief]);
  expect(moved.counts['position']).toMatchObject({ updated: 1, unchanged: 1 });
  expect(await positions()).toMatchObject([
    { uid: 'p1', level: null, title: 'Clerk' },
    { uid: 'p2', level: 9 },
  ]);
  const gone = await read([chief]);
  expect(gone.counts['position']).toMatchObject({ removed: 1, unchanged: 1 });
  expect(await positions()).toMatchObject([
    { uid: 'p1', open: false },
    { uid: 'p2', open: true },
  ]);
  const back = await read([clerk, chief]);
  expect(back.counts['position']).toMatchObject({ restored: 1 });
  expect(await positions()).toMatchObject([{ uid: 'p1', open: true, level: 1 }, { uid: 'p2' }]);
});

test('its references wait for users and let them go', async () => {
  const held = { ...clerk, holderUid: 'ann' };
  await read([held]);
  expect(await positions()).toMatchObject([{ holder: null }]);
  await read([held], [{ uid: 'ann' }, { uid: 'bo' }]);
  expect(await positions()).toMatchObject([{ holder: 'ann' }]);
  await read([held], [{ uid: 'bo' }]);
  expect(await positions()).toMatchObject([{ holder: null }]);
  await read([held], [{ uid: 'ann' }, { uid: 'bo' }]);
  expect(await positions()).toMatchObject([{ holder: 'ann' }]);
});

test('its own schema judges its records (R4, R7)', async () => {
  await read([clerk]);
  const { end, taskId } = await read([{ ...clerk, level: '2' }, { uid: 'p3' }]);
  expect(end).toBe('partial');
  expect(await skippedOf(database.db, taskId)).toEqual(['position/p3: missing_field']);
  expect(await problemsOf(database.db, taskId)).toEqual(['position/p1 keep: level wrong_type']);
  expect(await positions()).toMatchObject([{ uid: 'p1', level: 1, open: true }]);
});

test('a plugin that is no plugin is refused by name', async () => {
  const sources = new SourceRegistry();
  await expect(loadPlugins(['./src/testing/look.ts'], { sources })).rejects.toThrow(/look\.ts.*"register"/);
  await expect(loadPlugins(['./no-such-plugin.js'], { sources })).rejects.toThrow(/no-such-plugin/);
});
