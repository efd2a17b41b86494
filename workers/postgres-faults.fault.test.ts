import { faultTests } from '../src/testing/fault/fault-test.js';
import { type KillLane, openKillLane } from '../src/testing/fault/kill-lane.js';
import { type OwnPostgres, startOwnPostgres } from '../src/testing/fault/own-postgres.js';
import { snapshot, strayUsers } from '../src/testing/fault/people.js';
import { reached } from '../src/testing/fault/reached.js';
import { STATEMENTS } from '../src/testing/fault/statements.js';

/** The database itself goes away in the middle of the work. */
let lane: KillLane | undefined;
let postgres: OwnPostgres | undefined;

afterEach(async () => {
  await lane?.close();
  await postgres?.close();
  [lane, postgres] = [undefined, undefined];
});

faultTests(
  (['before', 'after'] as const).map((edge) => ({
    name: `R44: PostgreSQL restarted (-m immediate) ${edge} the commit of a page of the apply loses nothing and doubles nothing`,
    without: [
      edge === 'before'
        ? 'the mark in the transaction of its page (it comes before)'
        : 'the mark in the transaction of its page (it comes after)',
    ] as const,
    async run(mutation) {
      postgres = await startOwnPostgres();
      lane = await openKillLane(mutation, [], postgres.database);
      const { counts, state } = await lane.undisturbed();
      const source = await lane.seededSource();
      const own = postgres;
      const restarted = lane.worker.postgres.at({ commitOf: STATEMENTS.write, nth: 3, edge }, () =>
        own.restartImmediately(),
      );
      const taskId = await lane.sync(source);
      await reached(restarted);
      expect(await lane.settled(taskId)).toMatchObject({ status: 'succeeded', errorCode: null, crashes: 0, counts });
      expect(await snapshot(lane.world.database.db, source.id)).toEqual(state);
      expect(await strayUsers(lane.world.database.db, source.name)).toBe(0);
    },
  })),
);
