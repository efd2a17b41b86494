import fc from 'fast-check';
import type { HeldPlan } from '../domain/task.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { usersOf } from '../testing/look.js';
import { recordsMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/**
 * Pushes of partial records, some held and approved later in any order, end as if each had been applied when it
 * arrived.
 */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
afterAll(() => database.drop());

/** People who are never deleted, so that managers exist. */
const STAYING = ['u0', 'u1'];
const PEOPLE = [...STAYING, 'u2'];
const DEPARTMENTS = ['d0', 'd1'];
const SACRIFICED = Array.from({ length: 8 }, (_, at) => `z${at}`);

/** The record of one person in a push; `gone` = a deletion. */
type Word = Readonly<Record<string, unknown>> & { readonly uid: string; readonly gone?: boolean };

/** A push, and whether it is held; `turn` is the position of its approval among all approvals and pushes. */
interface Push {
  readonly words: readonly Word[];
  readonly held: boolean;
  readonly turn: number;
}

const word = (uid: string): fc.Arbitrary<Word> =>
  fc.record(
    {
      uid: fc.constant(uid),
      title: fc.constantFrom('A', 'B', null),
      active: fc.boolean(),
      departments: fc.subarray(DEPARTMENTS),
      managerUid: fc.constantFrom(null, ...STAYING.filter((one) => one !== uid)),
      city: fc.constantFrom('A', 'B', null),
      floor: fc.constantFrom(1, 2, null),
      gone: fc.boolean().map((said) => said && !STAYING.includes(uid)),
    },
    { requiredKeys: ['uid'] },
  );
const pushes: fc.Arbitrary<readonly Push[]> = fc.array(
  fc.record({
    words: fc.tuple(...PEOPLE.map((uid) => fc.option(word(uid)))).map((list) => list.filter((one) => one !== null)),
    held: fc.boolean(),
    turn: fc.nat(8),
  }),
  { minLength: 2, maxLength: SACRIFICED.length },
);

/** The value of the latest record with the field; a deleted person stays deleted. */
function expectedOf(list: readonly Push[]) {
  const said = new Map<string, Record<string, unknown>>();
  for (const { gone, uid, ...named } of list.flatMap(({ words }) => words))
    said.set(uid, { ...START, ...said.get(uid), ...named, ...(gone ? { gone } : {}) });
  const people = PEOPLE.map((uid) => {
    const { title, active, departments, managerUid, city, floor, gone } = said.get(uid) ?? START;
    if (gone) return [uid, { linked: false, active: false, departments: [] }];
    const attributes = Object.fromEntries(Object.entries({ city, floor }).filter(([, value]) => value !== null));
    return [uid, { linked: true, title, active, departments, attributes, manager: managerUid }];
  });
  return Object.fromEntries(people) as Record<string, object>;
}

const START: Readonly<Record<string, unknown>> = {
  ...{ title: null, active: true, departments: [], managerUid: null, city: null, floor: null, gone: false },
};

/** After a deletion, earlier pushed values of that person no longer count. */
function withoutReturns(list: readonly Push[]): readonly Push[] {
  const gone = new Set<string>();
  return list.map((push) => {
    const words = push.words.filter((one) => !gone.has(one.uid));
    for (const one of words) if (one.gone) gone.add(one.uid);
    return { ...push, words };
  });
}

function messagesOf({ words, held }: Push, at: number): ScriptedMessage[] {
  const records = words.filter(({ gone }) => !gone).map(({ gone: _, ...record }) => record);
  const gone = words.filter((one) => one.gone).map(({ uid }) => uid);
  const externalIds = held ? [...gone, SACRIFICED[at]!] : gone;
  return [recordsMessage('user', records), { type: 'tombstones', kind: 'user', externalIds }];
}

const limit = (source: TestSource, guard: object) =>
  database.db.prisma.source.update({ where: { id: source.id }, data: { guard } });

async function approve(source: TestSource, taskId: string): Promise<void> {
  for (let end = 'held'; end === 'held';) {
    const { held } = await database.db.prisma.syncTask.findUniqueOrThrow({ where: { id: taskId } });
    ({ end } = await engine.sync(source, { taskId, approve: (held as unknown as HeldPlan).planHash }));
  }
}

async function play(source: TestSource, list: readonly Push[]): Promise<void> {
  const waiting: { taskId: string; turn: number }[] = [];
  for (const [at, one] of list.entries()) {
    for (const due of waiting.filter(({ turn }) => turn === at)) await approve(source, due.taskId);
    source.script.delta = messagesOf(one, at);
    await limit(source, one.held ? { maxRecords: 0 } : OPEN);
    const { taskId, end } = await engine.sync(source, { mode: 'delta' });
    expect(end === 'held').toBe(one.held);
    if (one.held) waiting.push({ taskId, turn: one.turn <= at ? one.turn + list.length : one.turn });
    await limit(source, OPEN);
  }
  const rest = waiting.filter(({ turn }) => turn >= list.length).sort((a, b) => a.turn - b.turn);
  for (const { taskId } of rest) await approve(source, taskId);
}

const OPEN = { maxPercent: 100, maxRecords: 1_000_000 };

test('R3, R47: 40 sets of pushes, some held and approved in any order: each field has the value said last', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(pushes, async (given) => {
      const list = withoutReturns(given);
      run += 1;
      const source = await engine.addSource(`s${run}`);
      source.script.delta = [
        recordsMessage(
          'department',
          DEPARTMENTS.map((uid) => ({ uid, title: uid })),
        ),
        recordsMessage(
          'user',
          [...PEOPLE, ...SACRIFICED].map((uid) => ({ uid })),
        ),
      ];
      await engine.sync(source, { mode: 'delta' });
      await play(source, list);
      expect(await usersOf(database.db, source)).toMatchObject(expectedOf(list));
    }),
    { numRuns: 40 },
  );
}, 300_000);
