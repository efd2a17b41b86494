import type { FaultProcess } from '../src/testing/fault/fault-process.js';
import { type FaultTest, faultTests } from '../src/testing/fault/fault-test.js';
import { type KillLane, openKillLane, GUARD_TIMEOUT_MS } from '../src/testing/fault/kill-lane.js';
import { snapshot } from '../src/testing/fault/people.js';
import { QUICK_LOCK } from '../src/testing/fault/quick-patches.js';
import { reached } from '../src/testing/fault/reached.js';
import { STATEMENTS } from '../src/testing/fault/statements.js';
import type { TapPoint } from '../src/testing/fault/tap-rules.js';
import { watchWrites } from '../src/testing/fault/watch-writes.js';
import { waitFor } from '../src/testing/wait-for.js';

/** Workers that are not dead but late, cut off, or die of the task itself. */
let lane: KillLane | undefined;
afterEach(async () => {
  await lane?.close();
  lane = undefined;
});

/**
 * A worker stops at the point (SIGSTOP), another one does the work, and then it goes on (SIGCONT). What it was about to
 * say, or to hear, waits on the wire meanwhile.
 */
function stopped(name: string, point: TapPoint, without: FaultTest['without']): FaultTest {
  return {
    name,
    without,
    async run(mutation) {
      lane = await openKillLane(mutation, QUICK_LOCK);
      const { world, worker: late } = lane;
      const { counts, state } = await lane.undisturbed();
      const source = await lane.seededSource();
      const { isFrozen, freeze, thaw } = freezer(late);
      late.postgres.at(point, freeze).catch(() => undefined);
      const taskId = await lane.sync(source);
      await reached(isFrozen);
      await lane.replaceWorker();
      expect(await lane.settled(taskId)).toMatchObject({ status: 'succeeded', counts });
      const writes = await watchWrites(world.database.db);
      const since = new Date();
      thaw();
      await waitFor(async () => (await world.tasks.row(taskId)).fenced > 0, GUARD_TIMEOUT_MS).catch(() => undefined);
      expect(await writes.rowsOf(late, since)).toBe(0);
      expect(await world.tasks.row(taskId)).toMatchObject({ status: 'succeeded', fence: 2, counts });
      expect((await world.tasks.row(taskId)).fenced).toBeGreaterThanOrEqual(1);
      expect(await snapshot(world.database.db, source.id)).toEqual(state);
    },
  };
}

/** Stops a process at a point of its wire, and holds the wire until it goes on. */
function freezer(late: FaultProcess) {
  let [stopped, goOn] = [(): void => undefined, (): void => undefined];
  const isFrozen = new Promise<void>((resolve) => (stopped = resolve));
  const isThawed = new Promise<void>((resolve) => (goOn = resolve));
  return {
    isFrozen,
    freeze: (): Promise<void> => {
      late.freeze();
      stopped();
      return isThawed;
    },
    thaw: (): void => {
      late.thaw();
      goOn();
    },
  };
}

faultTests([
  stopped(
    'R44: a worker that was stopped after it had read a page writes nothing when it goes on, and that is counted',
    { commitOf: STATEMENTS.stage, nth: 3, edge: 'after' },
    ['the fence, in each transaction and in the heartbeat'],
  ),
  stopped(
    'R44: a worker that was stopped in the middle of a transaction keeps no other worker from taking over',
    { commitOf: STATEMENTS.stage, nth: 3, edge: 'before' },
    ['the end of transactions that say nothing'],
  ),
  {
    name: 'R44: a worker whose event loop was blocked for longer than twice the lock of its job writes nothing late',
    without: ['the fence, in each transaction and in the heartbeat'],
    async run(mutation) {
      lane = await openKillLane(mutation, QUICK_LOCK);
      const { world, worker: late } = lane;
      const { counts, state } = await lane.undisturbed();
      const source = await lane.seededSource();
      const config = { url: `${lane.server.url}/${source.name}`, blockMs: 8_000 };
      await world.database.db.prisma.source.update({ where: { id: source.id }, data: { config } });
      const pageRead = late.postgres.at({ commitOf: STATEMENTS.stage, nth: 2, edge: 'after' }, () => undefined);
      const taskId = await lane.sync(source);
      await reached(pageRead);
      const since = new Date();
      const writes = await watchWrites(world.database.db);
      await lane.replaceWorker();
      expect(await lane.settled(taskId)).toMatchObject({ status: 'succeeded', counts });
      await waitFor(async () => (await world.tasks.row(taskId)).fenced > 0, GUARD_TIMEOUT_MS).catch(() => undefined);
      expect(await writes.rowsOf(late, since)).toBe(0);
      expect((await world.tasks.row(taskId)).fenced).toBeGreaterThanOrEqual(1);
      expect(await snapshot(world.database.db, source.id)).toEqual(state);
    },
  },
  {
    name: 'R44: a worker that is cut off from Redis but not from PostgreSQL ends its task, and no other worker takes it',
    without: ['the lease of a living worker'],
    async run(mutation) {
      lane = await openKillLane(mutation, QUICK_LOCK);
      const { world, worker: first, server } = lane;
      const { counts, state } = await lane.undisturbed();
      const source = await lane.seededSource();
      let goOn = (): void => undefined;
      const held = new Promise<boolean>((resolve) => (goOn = () => resolve(false)));
      server.faults.set(source.name, () => held);
      const taskId = await lane.sync(source);
      await waitFor(async () => (await world.tasks.row(taskId)).status === 'pulling');
      first.redis.cut();
      await lane.replaceWorker();
      const second = lane.worker;
      // The lock of the job is over: the other worker is given the job, and must leave the task alone.
      await waitFor(() => Promise.resolve(second.postgres.requests.some((sql) => /t\.crashes \+/.test(sql))));
      goOn();
      expect(await lane.settled(taskId)).toMatchObject({ status: 'succeeded', fence: 1, fenced: 0, counts });
      expect(await snapshot(world.database.db, source.id)).toEqual(state);
      first.redis.heal();
    },
  },
  {
    name: 'R42: a task of which three workers died without progress fails as crash_loop; other sources go on',
    without: ['the count of crashes'],
    async run(mutation) {
      lane = await openKillLane(mutation);
      const source = await lane.seededSource();
      const other = await lane.seededSource();
      let taskId = '';
      for (let death = 1; death <= 3; death += 1) {
        const dead = lane.worker.killAt('postgres', { commitOf: STATEMENTS.stage, edge: 'before' });
        taskId ||= await lane.sync(source);
        await reached(dead);
        await lane.replaceWorker();
      }
      expect(await lane.settled(taskId)).toMatchObject({ status: 'failed', errorCode: 'crash_loop', crashes: 3 });
      expect(await lane.settled(await lane.sync(other))).toMatchObject({ status: 'succeeded' });
    },
  },
]);
