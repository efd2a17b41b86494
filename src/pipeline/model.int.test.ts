import fc from 'fast-check';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, treeFaults, treeOf, usersOf } from '../testing/look.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** After a full read the tables match the source exactly, whatever was read before. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
afterAll(() => database.drop());

const DEPARTMENTS = ['d0', 'd1', 'd2', 'd3', 'd4'];
const USERS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'];
const NAMES = ['ann', 'bo', 'cid', 'dan', 'eve', 'fay'];

/** One state of the source: a tree in a random order, so that it has no cycle; parents may be unknown. */
const world = fc
  .record({
    order: fc.shuffledSubarray(DEPARTMENTS, { minLength: 5 }),
    parents: fc.array(fc.nat(6), { minLength: 5, maxLength: 5 }),
    listed: fc.subarray(DEPARTMENTS, { minLength: 1 }),
    people: fc.shuffledSubarray(USERS, { minLength: 1 }),
    names: fc.shuffledSubarray(NAMES, { minLength: 6 }),
    managers: fc.array(fc.nat(8), { minLength: 6, maxLength: 6 }),
    places: fc.array(fc.subarray(DEPARTMENTS), { minLength: 6, maxLength: 6 }),
    departmentsFirst: fc.boolean(),
  })
  .map(({ order, parents, listed, people, names, managers, places, departmentsFirst }) => {
    const parentOf = (uid: string) => {
      const at = order.indexOf(uid);
      const up = parents[at] ?? 0;
      return up === 6 ? 'unknown' : (order[at + 1 + up] ?? null);
    };
    const department = order
      .filter((uid) => listed.includes(uid))
      .map((uid) => ({ uid, title: uid, parentUid: parentOf(uid) }));
    const user = people.map((uid) => {
      const at = USERS.indexOf(uid);
      return { uid, username: names[at]!, managerUid: USERS[managers[at]!] ?? null, departments: places[at]! };
    });
    return departmentsFirst ? { department, user } : { user, department };
  });

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function wantedTree({ department }: World) {
  const there = new Set(department.map((one) => one.uid));
  return Object.fromEntries(
    department.map(({ uid, parentUid }) => [uid, parentUid !== null && there.has(parentUid) ? parentUid : null]),
  );
}

function wantedUsers({ department, user }: World) {
  const there = new Set(department.map((one) => one.uid));
  const people = new Set(user.map((one) => one.uid));
  return Object.fromEntries(
    user.map(({ uid, username, managerUid, departments }) => [
      uid,
      {
        username,
        manager: managerUid !== null && managerUid !== uid && people.has(managerUid) ? managerUid : null,
        departments: departments.filter((one) => there.has(one)).sort(),
      },
    ]),
  );
}

async function read(source: TestSource, records: World) {
  source.script.full = fullRead(records);
  const first = await engine.sync(source);
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

async function stateOf(source: TestSource) {
  const people = Object.entries(await usersOf(database.db, source)).filter(([, one]) => one.active && one.linked);
  return {
    tree: await treeOf(database.db, source),
    users: Object.fromEntries(
      people.map(([uid, { username, manager, departments }]) => [uid, { username, manager, departments }]),
    ),
  };
}

test('R12, R14, R20–R23: any sequence of whole reads ends in what the last one says, and then moves no more', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(world, { minLength: 2, maxLength: 4 }), async (worlds) => {
      await database.reset();
      run += 1;
      // Names move between people, and people are deleted: the name of a deleted one is free.
      const source = await engine.addSource(`model-${run}`, { removal: 'delete' });
      const ids = new Map<string, string>();
      for (const records of worlds) {
        const { taskId } = await read(source, records);
        expect(await skippedOf(database.db, taskId)).toEqual([]);
        expect(await stateOf(source)).toEqual({ tree: wantedTree(records), users: wantedUsers(records) });
        expect(await treeFaults(database.db)).toEqual([]);
        for (const [uid, { id }] of Object.entries(await usersOf(database.db, source))) {
          expect(ids.get(uid) ?? id).toBe(id);
          ids.set(uid, id);
        }
      }
      const { counts } = await read(source, worlds.at(-1)!);
      const nothing = { created: 0, updated: 0, removed: 0, restored: 0, skipped: 0 };
      expect(counts).toMatchObject({ user: nothing, department: nothing, membership: nothing });
    }),
    { numRuns: 12 },
  );
});

test('R14: with the policy deactivate, who goes keeps nothing but the row', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(world, { minLength: 2, maxLength: 4 }), async (worlds) => {
      await database.reset();
      run += 1;
      const source = await engine.addSource(`soft-${run}`);
      for (const records of worlds) {
        const user = records.user.map((one) => ({ ...one, username: `name-${one.uid}` }));
        await read(source, { ...records, user });
        const wanted = wantedUsers({ ...records, user });
        expect(await stateOf(source)).toEqual({ tree: wantedTree(records), users: wanted });
        expect(await treeFaults(database.db)).toEqual([]);
      }
      const gone = await database.db.prisma.user.findMany({ where: { active: false }, include: { memberships: true } });
      for (const one of gone) expect(one).toMatchObject({ memberships: [], mainDepartmentId: null });
    }),
    { numRuns: 8 },
  );
});
