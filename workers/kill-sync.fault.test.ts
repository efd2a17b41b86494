import { requestSync } from '../src/tasks/life/request-sync.store.js';
import { type FaultTest, faultTests } from '../src/testing/fault/fault-test.js';
import { closeKillLane, type KillLane, inKillLane, type SeededSource } from '../src/testing/fault/kill-lane.js';
import {
  ENDED_POINTS,
  HEARTBEAT_POINTS,
  type KillPoint,
  RELEASE_POINTS,
  SWEEP_POINTS,
  SYNC_POINTS,
  TAKE_OVER_POINTS,
} from '../src/testing/fault/kill-points.js';
import { reached } from '../src/testing/fault/reached.js';
import { STATEMENTS } from '../src/testing/fault/statements.js';
import { snapshot, strayUsers } from '../src/testing/fault/people.js';

/**
 * A worker is killed at each named point of a sync; the next one ends the task. What comes out must look like what
 * comes out when no worker is killed: the same counts, the same rows, each written as often.
 */
afterAll(closeKillLane);

type Scene = (lane: KillLane, source: SeededSource, point: KillPoint) => Promise<string>;

const kill: Scene = async (lane, source, point) => {
  const dead = lane.worker.killAt(point.connection, point);
  const taskId = await lane.sync(source);
  await reached(dead);
  await lane.replaceWorker();
  return taskId;
};

const killAndRingAgain: Scene = async (lane, source, point) => {
  const taskId = await kill(lane, source, point);
  const { fence } = await lane.settled(taskId);
  await lane.ringAgain(taskId);
  expect((await lane.world.tasks.row(taskId)).fence).toBe(fence);
  return taskId;
};

/** The source delays its last page until a worker was killed. */
const killWhileWaiting: Scene = async (lane, source, point) => {
  const dead = lane.worker.killAt(point.connection, point);
  lane.server.faults.set(source.name, () => dead.then(() => false));
  const taskId = await lane.sync(source);
  await reached(dead);
  await lane.replaceWorker();
  return taskId;
};

const killWhileEnding: Scene = async (lane, source, point) => {
  const dead = lane.worker.killAt(point.connection, point);
  const asked = lane.worker.postgres.at({ commitOf: STATEMENTS.mark, nth: 2, edge: 'after' }, () => {
    lane.worker.node.child.kill('SIGTERM');
  });
  const taskId = await lane.sync(source);
  await asked;
  await reached(dead);
  await lane.replaceWorker();
  return taskId;
};

const killTwice: Scene = async (lane, source, point) => {
  const first = lane.worker.killAt('postgres', { commitOf: STATEMENTS.mark, nth: 2, edge: 'after' });
  const taskId = await lane.sync(source);
  await reached(first);
  await lane.replaceWorker();
  const second = lane.worker.killAt(point.connection, point);
  await reached(second);
  await lane.replaceWorker();
  return taskId;
};

const killAfterLostRing: Scene = async (lane, source, point) => {
  const dead = lane.worker.killAt(point.connection, point);
  const bell = { ring: () => Promise.reject(new Error('lost')), isRinging: () => Promise.resolve(false) };
  const request = { sourceName: source.name, requestedBy: 'test' };
  const { task } = await requestSync({ ...lane.world.tasks.deps, bell }, request);
  await reached(dead);
  await lane.replaceWorker();
  return task.id;
};

const SCENES: readonly (readonly [readonly KillPoint[], Scene, string])[] = [
  [SYNC_POINTS, kill, 'loses nothing and writes nothing twice'],
  [ENDED_POINTS, killAndRingAgain, 'ends the task once, though it is rung for again'],
  [HEARTBEAT_POINTS, killWhileWaiting, 'is missed when its lease is over'],
  [RELEASE_POINTS, killWhileEnding, 'loses nothing though it was asked to end'],
  [TAKE_OVER_POINTS, killTwice, 'is followed by a third that ends the task'],
  [SWEEP_POINTS, killAfterLostRing, 'leaves the ring to the next sweeper'],
];

faultTests(SCENES.flatMap(([points, scene, what]) => points.map((point) => toTest(point, scene, what))));

function toTest(point: KillPoint, scene: Scene, what: string): FaultTest {
  return {
    name: `R44: a worker killed ${point.name} ${what}`,
    without: [point.without],
    run: (mutation) =>
      inKillLane(mutation, async (lane) => {
        const { counts, state } = await lane.undisturbed();
        const source = await lane.seededSource();
        const row = await lane.settled(await scene(lane, source, point));
        expect(row).toMatchObject({ status: 'succeeded', errorCode: null, counts });
        expect(await snapshot(lane.world.database.db, source.id)).toEqual(state);
        expect(await strayUsers(lane.world.database.db, source.name)).toBe(0);
      }),
  };
}
