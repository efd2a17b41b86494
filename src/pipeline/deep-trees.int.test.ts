import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { treeFaults, treeOf } from '../testing/look.js';
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
  source = await engine.addSource('hr');
});
afterEach(async () => expect(await treeFaults(database.db)).toEqual([]));
afterAll(() => database.drop());

type Parents = Readonly<Record<string, string | null>>;

async function read(parents: Parents) {
  const departments = Object.entries(parents).map(([uid, parentUid]) => ({ uid, title: `Dept ${uid}`, parentUid }));
  source.script.full = fullRead({ department: departments, user: [] });
  const first = await engine.sync(source);
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

/** Levels `n1`, `n2`, … each below the one before. */
const chain = (length: number, top: string | null = null): Parents =>
  Object.fromEntries(Array.from({ length }, (_, at) => [`n${at + 1}`, at === 0 ? top : `n${at}`] as const));

/** Code → number of skipped lines of the task. */
async function skippedByCode(taskId: string): Promise<Readonly<Record<string, number>>> {
  const rows = await database.db.prisma.change.groupBy({
    by: ['code'],
    where: { taskId, action: 'skip' },
    _count: true,
  });
  return Object.fromEntries(rows.map((row) => [row.code ?? '', row._count]));
}

async function temporaryBytes(): Promise<number> {
  await database.db.prisma.$executeRaw`SELECT pg_stat_force_next_flush()`;
  const [row] = await database.db.prisma.$queryRaw<{ bytes: bigint }[]>`
    SELECT temp_bytes AS bytes FROM pg_stat_database WHERE datname = current_database()`;
  return Number(row?.bytes ?? -1);
}

describe('R20: a tree has at most 64 levels', () => {
  test('deeper departments are skipped with the path and the limit; the others apply', async () => {
    const { end, taskId } = await read({ ...chain(66), beside: 'n63' });
    expect(end).toBe('partial');
    expect(await skippedByCode(taskId)).toEqual({ too_deep: 2 });
    expect(Object.keys(await treeOf(database.db, source))).toHaveLength(65);
    const line = await database.db.prisma.change.findFirst({ where: { taskId, externalId: 'n65' } });
    expect(line?.message).toBe(
      'The department, with the departments below it, would exceed the limit of 64 levels: ' +
        'n1 → (58 more) → n60 → n61 → n62 → n63 → n64 → n65. Correct a parent at the source.',
    );
  });

  test('a move that would carry a branch too deep leaves the branch where it is', async () => {
    const branch = { b1: null, b2: 'b1', b3: 'b2' };
    await read({ ...chain(62), ...branch });
    const { taskId } = await read({ ...chain(62), ...branch, b1: 'n62' });
    expect(await skippedByCode(taskId)).toEqual({ too_deep: 1 });
    expect(await treeOf(database.db, source)).toMatchObject(branch);
    const { end } = await read({ ...chain(62), ...branch, b1: 'n61' });
    expect(end).toBe('succeeded');
    expect(await treeOf(database.db, source)).toMatchObject({ ...branch, b1: 'n61' });
  });

  test('what was too deep comes in as soon as the source has fewer levels', async () => {
    await read(chain(66));
    const { end } = await read({ ...chain(66), n40: 'n2' });
    expect(end).toBe('succeeded');
    expect(await treeOf(database.db, source)).toEqual({ ...chain(66), n40: 'n2' });
  });
});

describe('R20: the work grows with the records, not with the depth', () => {
  const many = 10_000;
  const comb = { ...chain(many / 2) };
  for (let tooth = 1; tooth <= many / 2; tooth += 1) comb[`t${tooth}`] = `n${tooth}`;
  const wide = Object.fromEntries(
    Array.from({ length: many }, (_, at) => [`w${at}`, at === 0 ? null : `w${Math.floor((at - 1) / 10)}`]),
  );

  test.each([
    ['one chain', chain(many), { too_deep: many - 64 }],
    ['one ring', chain(many, `n${many}`), { cycle: many }],
    ['a comb', comb, { too_deep: many - 64 - 63 }],
    ['a tree ten wide', wide, {}],
  ])('10,000 departments in %s write no temporary file', async (_, parents, skipped) => {
    const before = await temporaryBytes();
    const { taskId } = await read(parents);
    expect(await skippedByCode(taskId)).toEqual(skipped);
    expect((await temporaryBytes()) - before).toBe(0);
  });
});
