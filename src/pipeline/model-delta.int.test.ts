import fc from 'fast-check';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, treeFaults, usersOf } from '../testing/look.js';
import { recordsMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** Random pushes in random pieces, with crashes of workers at random points: the tables match the pushes in order. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
afterAll(() => database.drop());

const USERS = ['u0', 'u1', 'u2', 'u3'];
/** The number of a parent is higher than those of its children, so that there are no cycles. */
const DEPARTMENTS = ['d0', 'd1', 'd2', 'd3'];

interface Word {
  readonly kind: 'user' | 'department';
  readonly uid: string;
  /** null = gone. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

const maybeNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const userData = fc.record(
  {
    title: maybeNull(fc.constantFrom('A', 'B')),
    badge: maybeNull(fc.nat(2)),
    managerUid: maybeNull(fc.constantFrom(...USERS)),
    departments: maybeNull(fc.subarray(DEPARTMENTS)),
  },
  { requiredKeys: [] },
);
const userWord = fc.record({
  kind: fc.constant('user' as const),
  uid: fc.constantFrom(...USERS),
  data: fc.option(userData, { freq: 4 }),
});
const departmentWord = fc
  .tuple(fc.nat(3), fc.option(fc.option(fc.nat(3)), { nil: undefined }), fc.boolean())
  .map(([at, up, isGone]): Word => {
    const parentUid = up === undefined ? {} : { parentUid: up === null ? null : (DEPARTMENTS[at + 1 + up] ?? null) };
    const uid = DEPARTMENTS[at]!;
    return { kind: 'department', uid, data: isGone ? null : { title: uid, ...parentUid } };
  });
const batch = fc.record({
  words: fc.array(fc.oneof(userWord, departmentWord), { minLength: 1, maxLength: 8 }),
  /** The worker crashes at this report; most tasks have fewer reports. */
  diesAt: fc.nat(40),
});

/** The known fields of the source, and whether it lists the object. */
interface Known {
  readonly data: Readonly<Record<string, unknown>>;
  readonly listed: boolean;
}

/** The merged records of one task: absent keys stay; a deletion clears the earlier records of the task. */
function hear(known: Map<string, Known>, words: readonly Word[]): void {
  const said = new Map<string, Word>();
  for (const word of words) {
    const before = said.get(word.uid)?.data;
    said.set(word.uid, { ...word, data: word.data && { ...before, ...word.data } });
  }
  for (const { uid, data } of said.values()) {
    const before = known.get(uid);
    if (data !== null) known.set(uid, { data: { ...before?.data, ...data }, listed: true });
    else if (before) known.set(uid, { ...before, listed: false });
  }
}

function wanted(known: ReadonlyMap<string, Known>) {
  const isListed = (uid: unknown): uid is string => typeof uid === 'string' && known.get(uid)?.listed === true;
  const tree: Record<string, string | null> = {};
  const users: Record<string, unknown> = {};
  for (const [uid, { data, listed }] of known) {
    if (!listed) continue;
    if (uid.startsWith('d')) tree[uid] = isListed(data['parentUid']) ? data['parentUid'] : null;
    else {
      const departments = ((data['departments'] ?? []) as string[]).filter(isListed).sort();
      const manager = isListed(data['managerUid']) && data['managerUid'] !== uid ? data['managerUid'] : null;
      const attributes = data['badge'] === undefined || data['badge'] === null ? {} : { badge: data['badge'] };
      users[uid] = { title: data['title'] ?? null, attributes, manager, departments };
    }
  }
  return { tree, users };
}

async function stateOf(source: TestSource) {
  const departments = Object.entries(await departmentsOf(database.db, source)).filter(([, one]) => one.linked);
  const people = Object.entries(await usersOf(database.db, source)).filter(([, one]) => one.linked);
  expect(people.every(([, one]) => one.active)).toBe(true);
  expect(departments.every(([, one]) => !one.removed)).toBe(true);
  const users = people.map(([uid, { title, attributes, manager, departments: places }]) => {
    return [uid, { title, attributes, manager, departments: places }];
  });
  return {
    tree: Object.fromEntries(departments.map(([uid, one]) => [uid, one.parent])),
    users: Object.fromEntries(users) as Record<string, unknown>,
  };
}

const toMessage = ({ kind, uid, data }: Word): ScriptedMessage =>
  data === null ? { type: 'tombstones', kind, externalIds: [uid] } : recordsMessage(kind, [{ uid, ...data }]);

let deaths = 0;

/** Runs the task; after a crash of the worker another one continues. */
async function sync(source: TestSource, diesAt: number): Promise<string> {
  const controller = new AbortController();
  let reports = 0;
  const onReport = () => {
    reports += 1;
    if (reports === diesAt) controller.abort(new Error('died'));
  };
  try {
    return (await engine.sync(source, { mode: 'delta', signal: controller.signal, onReport })).taskId;
  } catch {
    deaths += 1;
    const { id } = await database.db.prisma.syncTask.findFirstOrThrow({ orderBy: { id: 'desc' } });
    return (await engine.sync(source, { taskId: id })).taskId;
  }
}

test.each(['deactivate', 'delete'] as const)('R3, R6, R14, R20–R23, R44: pushes, policy %s', async (removal) => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 5 }), async (batches) => {
      await database.reset();
      run += 1;
      const source = await engine.addSource(`push-${run}`, { removal });
      const known = new Map<string, Known>();
      const ids = new Map<string, string>();
      for (const { words, diesAt } of batches) {
        source.script.delta = words.map(toMessage);
        const id = await sync(source, diesAt);
        hear(known, words);
        expect(await stateOf(source)).toEqual(wanted(known));
        expect(await treeFaults(database.db)).toEqual([]);
        expect(await database.db.prisma.syncTask.findUnique({ where: { id } })).toMatchObject({ status: 'succeeded' });
        const seen = { ...(await usersOf(database.db, source)), ...(await departmentsOf(database.db, source)) };
        for (const [uid, one] of Object.entries(seen)) {
          expect(ids.get(uid) ?? one.id).toBe(one.id);
          ids.set(uid, one.id);
        }
      }
    }),
    { numRuns: 8 },
  );
  expect(deaths).toBeGreaterThan(0);
});
