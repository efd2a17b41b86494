import fc from 'fast-check';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, treeFaults, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** Pushes about different objects have the same result in any order, with some sent twice and some not at all. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
afterAll(() => database.drop());

interface Push {
  readonly kind: 'user' | 'department';
  readonly record: Readonly<Record<string, unknown>> & { readonly uid: string };
}

const DEPARTMENTS = ['d0', 'd1', 'd2'];
const USERS = ['u0', 'u1', 'u2'];

/** One push per object, or none. A department's parent has a higher number, so that there are no cycles. */
const department = (at: number): fc.Arbitrary<Push | null> =>
  fc.option(
    fc.constantFrom(null, ...DEPARTMENTS.slice(at + 1)).map((parentUid) => {
      const uid = DEPARTMENTS[at]!;
      return { kind: 'department' as const, record: { uid, title: uid, parentUid } };
    }),
    { freq: 5 },
  );
const user = (uid: string): fc.Arbitrary<Push | null> =>
  fc.option(
    fc.record({ departments: fc.subarray(DEPARTMENTS), managerUid: fc.constantFrom(null, ...USERS) }).map((more) => {
      return { kind: 'user' as const, record: { uid, ...more } };
    }),
    { freq: 5 },
  );
const pushes = fc
  .tuple(department(0), department(1), department(2), ...USERS.map(user))
  .map((list) => list.filter((push) => push !== null));

/** The pushes in their order, and in another order with some of them twice. */
const twoOrders = pushes.chain((list) =>
  fc
    .subarray(list)
    .chain((again) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...again], { minLength: list.length + again.length })),
    ),
);

async function push(source: TestSource, list: readonly Push[]): Promise<void> {
  for (const { kind, record } of list) {
    source.script.delta = [recordsMessage(kind, [record])];
    await engine.sync(source, { mode: 'delta' });
  }
}

/** The rows, by the source's own ids. */
async function endOf(source: TestSource) {
  const people = Object.entries(await usersOf(database.db, source));
  const departments = Object.entries(await departmentsOf(database.db, source));
  return {
    users: Object.fromEntries(
      people.map(([uid, { active, manager, departments: places }]) => [uid, { active, manager, places }]),
    ),
    tree: Object.fromEntries(departments.map(([uid, { parent, isLeaf, path }]) => [uid, { parent, isLeaf, path }])),
  };
}

test('R20, R23, R44: 50 sets of pushes in two orders, with gaps and repetitions: one end', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(twoOrders, async ([first, second]) => {
      run += 1;
      const [one, other] = [await engine.addSource(`a${run}`), await engine.addSource(`b${run}`)];
      await push(one, first);
      await push(other, second);
      expect(await endOf(other)).toEqual(await endOf(one));
      expect(Object.keys((await endOf(one)).users)).toHaveLength(first.filter(({ kind }) => kind === 'user').length);
    }),
    { numRuns: 50 },
  );
  expect(await treeFaults(database.db)).toEqual([]);
}, 300_000);
