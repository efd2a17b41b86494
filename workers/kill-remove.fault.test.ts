import { inTransaction } from '../src/platform/db.js';
import { type FaultTest, faultTests } from '../src/testing/fault/fault-test.js';
import {
  closeKillLane,
  type KillLane,
  inKillLane,
  type SeededSource,
  type TaskRow,
} from '../src/testing/fault/kill-lane.js';
import { type KillPoint, REMOVAL_POINTS } from '../src/testing/fault/kill-points.js';
import { snapshot, strayUsers } from '../src/testing/fault/people.js';
import { reached } from '../src/testing/fault/reached.js';
import { queueRemoval } from '../src/tasks/life/removal.store.js';
import { ringTask } from '../src/tasks/life/ring.store.js';
import { findSourceToSync } from '../src/tasks/life/source-to-sync.store.js';

/**
 * A worker is killed at each named point of a task that removes a source with its records (R17). A second source has a
 * part of the same people. Afterwards the source is gone, each person is as without a kill, and each row was written as
 * often.
 */
afterAll(closeKillLane);

const PEOPLE = 30;
const DEPARTMENTS = 4;
/** Of the people, those that the second source has too. */
const SHARED = 10;

faultTests(REMOVAL_POINTS.map(toTest));

function toTest(point: KillPoint): FaultTest {
  return {
    name: `R17, R44: a worker killed ${point.name} of a removal leaves the rest to the next one; the source goes once`,
    without: [point.without],
    run: (mutation) =>
      inKillLane(mutation, async (lane) => {
        const { counts, state } = await undisturbed(lane);
        expect(counts).toMatchObject({ user: { removed: PEOPLE, failed: 0 }, department: { removed: DEPARTMENTS } });
        const pair = await seedPair(lane);
        const dead = lane.worker.killAt(point.connection, point);
        const taskId = await remove(lane, pair.leaving);
        await reached(dead);
        await lane.replaceWorker();
        const { fence, ...row } = await lane.settled(taskId);
        expect(row).toMatchObject({ status: 'succeeded', errorCode: null, counts });
        await lane.ringAgain(taskId);
        expect(await lane.world.tasks.row(taskId)).toMatchObject({ status: 'succeeded', fence, counts });
        await expectGone(lane, pair.leaving);
        expect(await stateOf(lane, pair)).toEqual(state);
        expect(await strayUsers(lane.world.database.db, pair.leaving.name)).toBe(0);
      }),
  };
}

/** A source that leaves, and one that stays and has some of its people under the same usernames. */
interface Pair {
  readonly leaving: SeededSource;
  readonly staying: SeededSource;
}

async function seedPair(lane: KillLane): Promise<Pair> {
  const leaving = await lane.seededSource();
  const { database, tasks } = lane.world;
  const data = { priority: 1, guard: { maxPercent: 100, maxRecords: 1_000 } };
  await database.db.prisma.source.update({ where: { id: leaving.id }, data });
  const name = `${leaving.name}-staff`;
  const users = Array.from({ length: SHARED }, (_, at) => ({
    uid: `s${at}`,
    username: `${leaving.name}-${at}`,
    title: 'Guest',
    departments: ['team'],
  }));
  lane.server.listings.set(name, { departments: [{ uid: 'team', title: 'team', parentUid: null }], users });
  const config = { url: `${lane.server.url}/${name}` };
  const staying = { id: await tasks.addSource(name, { type: 'paged', config, matchKeys: ['username'] }), name };
  const taskId = await lane.sync(staying);
  await succeeded(lane, taskId);
  return { leaving, staying };
}

/** Deletes the source with its records, as the API does. @returns the id of the task. */
async function remove({ world }: KillLane, { id }: SeededSource): Promise<string> {
  const { deps } = world.tasks;
  const { taskId, ring } = await inTransaction(deps.db, (tx) => queueRemoval(tx, id, 'test'));
  if (ring !== null) await ringTask(deps, ring);
  return taskId;
}

async function stateOf({ world }: KillLane, { leaving, staying }: Pair) {
  const { db } = world.database;
  return { leaving: await snapshot(db, leaving.id), staying: await snapshot(db, staying.id) };
}

/** The source is not found by its name any more, no link of it is left, and everyone has what the other source says. */
async function expectGone({ world }: KillLane, { id, name }: SeededSource): Promise<void> {
  const { db } = world.database;
  expect(await findSourceToSync(db.prisma, name)).toBeNull();
  expect(await db.prisma.knownRecord.count({ where: { sourceId: id, removedAt: null } })).toBe(0);
  const { users } = (await snapshot(db, id)) as { users: { active: boolean; title: string }[] };
  expect(users.map(({ active, title }) => `${active} ${title}`)).toEqual([
    ...Array<string>(SHARED).fill('true Guest'),
    ...Array<string>(PEOPLE - SHARED).fill('false Clerk'),
  ]);
}

type Undisturbed = { readonly counts: unknown; readonly state: unknown };
const references = new Map<KillLane, Undisturbed>();

/** A removal without a kill, once for each lane. */
async function undisturbed(lane: KillLane): Promise<Undisturbed> {
  const known = references.get(lane);
  if (known) return known;
  const pair = await seedPair(lane);
  const taskId = await remove(lane, pair.leaving);
  const { counts } = await succeeded(lane, taskId);
  const reference = { counts, state: await stateOf(lane, pair) };
  references.set(lane, reference);
  return reference;
}

/** Waits for the success of a task whose worker is not killed. An expectation would turn controls red by itself. */
async function succeeded(lane: KillLane, taskId: string): Promise<TaskRow> {
  const row = await lane.settled(taskId);
  if (row.status !== 'succeeded') throw new Error(`An undisturbed task ended as ${row.status}: ${row.errorMessage}`);
  await lane.heard(taskId);
  return row;
}
