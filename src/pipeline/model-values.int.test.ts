import fc from 'fast-check';
import { queueRechecks } from '../tasks/life/queue-rechecks.store.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTaskWorld } from '../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/**
 * Random moves, removals and returns of values, by two sources and with crashes of workers: each value has one user.
 */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
afterAll(() => database.drop());

const SOURCES = ['hr', 'crm'];
const USERS = ['u0', 'u1', 'u2', 'u3'];

/** The records of a source in one task: user → username; null = the user is deleted. */
const task = fc.record({
  source: fc.constantFrom(...SOURCES),
  said: fc.dictionary(fc.constantFrom(...USERS), fc.option(fc.constantFrom('x', 'y', 'z'), { freq: 4 }), {
    minKeys: 1,
  }),
  /** The worker crashes at this report; most tasks have fewer reports. */
  diesAt: fc.nat(25),
});

interface Person {
  readonly claims: string;
  readonly has: string | null;
}

/** The users in force, by `source/external id`. */
async function people(sources: readonly TestSource[], wanted: ReadonlyMap<string, string>) {
  const found = new Map<string, Person>();
  for (const source of sources) {
    for (const [uid, { username, active, linked }] of Object.entries(await usersOf(database.db, source))) {
      const name = `${source.name}/${uid}`;
      expect([name, active, linked]).toEqual([name, wanted.has(name), wanted.has(name)]);
      if (active) found.set(name, { claims: wanted.get(name)!, has: username });
    }
  }
  expect(found.size).toBe(wanted.size);
  return found;
}

function checkLaws(before: ReadonlyMap<string, Person>, now: ReadonlyMap<string, Person>): void {
  const held = [...now.values()].flatMap(({ has }) => has ?? []);
  expect(new Set(held).size).toBe(held.length);
  for (const [name, { claims, has }] of now) {
    // Each user has the value of its record if it is free …
    if (has !== claims) expect(held).toContain(claims);
    // … and no value that its source did not supply; it keeps values that its source still supplies.
    const was = before.get(name);
    if (has !== claims && has !== null) expect(was?.has).toBe(has);
    if (was?.has === claims) expect(has).toBe(claims);
  }
}

async function push(source: TestSource, said: Readonly<Record<string, string | null>>, diesAt: number) {
  const listed = Object.entries(said).filter(([, username]) => username !== null);
  const gone = Object.keys(said).filter((uid) => said[uid] === null);
  const records = listed.map(([uid, username]) => ({ uid, username }));
  source.script.delta = [recordsMessage('user', records), { type: 'tombstones', kind: 'user', externalIds: gone }];
  const controller = new AbortController();
  let reports = 0;
  const onReport = () => {
    reports += 1;
    if (reports === diesAt) controller.abort(new Error('died'));
  };
  try {
    return await engine.sync(source, { mode: 'delta', signal: controller.signal, onReport });
  } catch {
    deaths += 1;
    const { id } = await database.db.prisma.syncTask.findFirstOrThrow({ orderBy: { id: 'desc' } });
    return engine.sync(source, { taskId: id });
  }
}

let deaths = 0;

/** The work of workers between tasks, until nothing is due. */
async function settle(sources: readonly TestSource[]): Promise<void> {
  for (let round = 0; round < 10; round++) {
    await queueRechecks(createTaskWorld(database.db).deps);
    const queued = await database.db.prisma.syncTask.findMany({ where: { status: 'queued' } });
    if (queued.length === 0) return;
    for (const { id, sourceId } of queued)
      await engine.sync(
        sources.find((one) => one.id === sourceId)!,
        { taskId: id },
      );
  }
  throw new Error('Tasks queue each other without end.');
}

test.each(['deactivate', 'delete'] as const)('R12: any sequence of hand-overs, policy %s', async (removal) => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(task, { minLength: 2, maxLength: 10 }), async (tasks) => {
      await database.reset();
      run += 1;
      const sources = await Promise.all(SOURCES.map((name) => engine.addSource(name, { removal })));
      const wanted = new Map<string, string>();
      let before = new Map<string, Person>();
      for (const { source: name, said, diesAt } of tasks) {
        const source = sources.find((one) => one.name === name)!;
        const { taskId } = await push(source, said, diesAt);
        expect(await skippedOf(database.db, taskId)).toEqual([]);
        for (const [uid, username] of Object.entries(said)) {
          if (username === null) wanted.delete(`${name}/${uid}`);
          else wanted.set(`${name}/${uid}`, username);
        }
        await settle(sources);
        const now = await people(sources, wanted);
        checkLaws(before, now);
        before = now;
      }
    }),
    { numRuns: 25 },
  );
  expect(run).toBeGreaterThanOrEqual(25);
  expect(deaths).toBeGreaterThan(0);
});
