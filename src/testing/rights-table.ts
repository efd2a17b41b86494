import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Db } from '../platform/db.js';
import type { Hint, SourceAdapter } from '../sources/source-adapter.js';
import { createEngine, type Engine, type TestSource } from './worlds/engine.js';
import { problemsOf } from './look.js';
import { createTestDatabase, type TestDatabase } from './servers/test-database.js';

/** A company in a vendor's directory and the app that reads it. */
export interface RightsScene<Fake> {
  readonly fake: Fake;
  readonly adapter: SourceAdapter;
  readonly config: object;
  /** All that the vendor's events can name. */
  readonly hints: readonly Hint[];
  /** Gives people and departments other values. */
  change(): void;
  close(): Promise<unknown>;
}

/** One right that goes missing. */
export interface RightsRow<Fake> {
  readonly right: string;
  take(fake: Fake): void;
  giveBack(fake: Fake): void;
  /** What the source's check says meanwhile. */
  readonly check: RegExp;
  /** The full reads end with this error. */
  readonly fails?: RegExp;
  /** The same of reads by hints; default: as full reads. */
  readonly deltaFails?: RegExp | null;
  /** Fields that the tasks name meanwhile. */
  readonly problems?: readonly string[];
}

/**
 * A test for each right: all is read, the right goes, all is read again (full, by hints, full), and everything is as it
 * was. Then the values change and the right comes back: everything is what a first read says.
 */
export function describeRights<Fake>(
  name: string,
  start: () => Promise<RightsScene<Fake>>,
  rows: readonly RightsRow<Fake>[],
): void {
  let database: TestDatabase;
  let scene: RightsScene<Fake>;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());
  beforeEach(async () => void (scene = await start()));
  afterEach(() => scene.close());

  /** What a first read says of the changed company. */
  async function afterChange() {
    const other = await start();
    other.change();
    const { engine, source } = await newSource(database.db, other);
    await engine.sync(source);
    const state = await stateOf(database.db, source);
    await other.close();
    await database.reset();
    return state;
  }

  describe(`${name}: R3, R7, R30: a right that goes missing clears no field and removes no user`, () => {
    test.each(rows.map((row) => [row.right, row] as const))('%s', async (_, row) => {
      await database.reset();
      const { db } = database;
      const wanted = await afterChange();
      const { engine, source } = await newSource(db, scene);
      expect((await engine.sync(source)).end).toBe('succeeded');
      const before = await stateOf(db, source);
      row.take(scene.fake);
      const { deltaFails = row.fails ?? null } = row;
      for (const mode of ['full', 'delta', 'full'] as const) {
        const fails = (mode === 'full' ? row.fails : deltaFails) ?? null;
        const said = await readOnce({ db, engine, source, hints: scene.hints }, mode);
        if (fails) expect(said).toMatch(fails);
        else expect(said).toEqual(row.problems ?? []);
        expect({ mode, ...(await stateOf(db, source)) }).toEqual({ mode, ...before });
      }
      expect(await checkOf(scene)).toMatch(row.check);
      scene.change();
      row.giveBack(scene.fake);
      expect((await engine.sync(source)).end).toBe('succeeded');
      expect(await stateOf(db, source)).toEqual(wanted);
    });
  });
}

async function newSource<Fake>(db: Db, { adapter, config }: RightsScene<Fake>) {
  const engine = createEngine(db, { adapters: [adapter] });
  const options = adapter.configSchema.parse(config) as object;
  return { engine, source: await engine.addSource('suite', { type: adapter.type, config: options }) };
}

interface Reading {
  readonly db: Db;
  readonly engine: Engine;
  readonly source: TestSource;
  readonly hints: readonly Hint[];
}

/** @returns the fields that the task names, or the message of the error that ended it. */
async function readOnce({ db, engine, source, hints }: Reading, mode: 'full' | 'delta') {
  const data = hints.map((hint) => ({ ...hint, sourceId: source.id }));
  if (mode === 'delta') await db.prisma.hint.createMany({ data });
  try {
    const { taskId, end } = await engine.sync(source, { mode });
    const problems = await problemsOf(db, taskId);
    expect(end).toBe(problems.length > 0 ? 'partial' : 'succeeded');
    return [...new Set(problems.map((line) => line.replace(/ \w+:/, ':')))];
  } catch (error) {
    await db.prisma.hint.deleteMany();
    await db.prisma.syncTask.updateMany({
      where: { finishedAt: null },
      data: { status: 'failed', finishedAt: new Date() },
    });
    return (error as Error).message;
  }
}

async function checkOf<Fake>({ adapter, config }: RightsScene<Fake>): Promise<string> {
  const given = { sourceId: 'suite', config: adapter.configSchema.parse(config), signal: new AbortController().signal };
  return (await adapter.check(given)).hint ?? '';
}

/** Everything that the source is behind, by its own ids. */
async function stateOf({ pool }: Db, { id }: TestSource) {
  const { rows: users } = await pool.query<{ uid: string }>(
    `SELECT k.external_id AS uid, k.removed_at IS NULL AS linked, u.username, u.nickname, u.email, u.phone, u.title,
       u.active, u.attributes, m.external_id AS manager, d.external_id AS main,
       (SELECT json_agg(json_build_array(dk.external_id, s.is_main, s.is_owner, s.sort_order) ORDER BY dk.external_id)
        FROM memberships s JOIN known_records dk ON dk.target_id = s.department_id AND dk.kind = 'department'
        WHERE s.user_id = u.id) AS places
     FROM known_records k JOIN users u ON u.id = k.target_id
     LEFT JOIN known_records m ON m.target_id = u.manager_id AND m.kind = 'user'
     LEFT JOIN known_records d ON d.target_id = u.main_department_id AND d.kind = 'department'
     WHERE k.source_id = $1 AND k.kind = 'user' ORDER BY 1`,
    [id],
  );
  const { rows: departments } = await pool.query<{ uid: string }>(
    `SELECT k.external_id AS uid, k.removed_at IS NULL AND d.removed_at IS NULL AS linked, d.title, d.sort_order,
       d.attributes, p.external_id AS parent
     FROM known_records k JOIN departments d ON d.id = k.target_id
     LEFT JOIN known_records p ON p.target_id = d.parent_id AND p.kind = 'department'
     WHERE k.source_id = $1 AND k.kind = 'department' ORDER BY 1`,
    [id],
  );
  return { users, departments };
}
