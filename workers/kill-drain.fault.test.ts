import { acceptPush } from '../src/tasks/inbox/accept-push.store.js';
import { type FaultTest, faultTests } from '../src/testing/fault/fault-test.js';
import { closeKillLane, inKillLane, GUARD_TIMEOUT_MS } from '../src/testing/fault/kill-lane.js';
import { DRAIN_POINTS, type KillPoint } from '../src/testing/fault/kill-points.js';
import { snapshot } from '../src/testing/fault/people.js';
import { reached } from '../src/testing/fault/reached.js';
import { waitFor } from '../src/testing/wait-for.js';

/** A worker is killed at each named point of a drain; the push must come to the result that it has without. */
afterAll(closeKillLane);

const PEOPLE = 25;
const GONE = 3;

faultTests(DRAIN_POINTS.map(toTest));

let pushed = 0;

function toTest(point: KillPoint): FaultTest {
  return {
    name: `R44: a push whose worker is killed ${point.name} has its result, once`,
    without: [point.without],
    run: (mutation) =>
      inKillLane(mutation, async (lane) => {
        const { tasks, database } = lane.world;
        const name = `push${(pushed += 1)}`;
        const sourceId = await tasks.addSource(name, { type: 'push' });
        const push = (title: string, gone: number) => {
          const records = Array.from({ length: PEOPLE }, (_, at) =>
            at < gone ? { uid: `u${at}`, isDeleted: true } : { uid: `u${at}`, username: `${name}-${at}`, title },
          );
          const given = { sourceName: name, kind: 'user', matchKey: null, records, requestedBy: null };
          return acceptPush(tasks.deps, { ...given, idempotency: null });
        };
        const first = await push('Clerk', 0);
        await lane.settled(first.taskId);
        await lane.heard(first.taskId);
        const dead = lane.worker.killAt(point.connection, point);
        const second = await push('Buyer', GONE);
        await reached(dead);
        await lane.replaceWorker();
        // An older task that had not taken its pushes yet may take this one too.
        const find = () =>
          database.db.prisma.push.findUniqueOrThrow({ where: { id: second.pushId }, include: { task: true } });
        await waitFor(async () => (await find()).finishedAt !== null, GUARD_TIMEOUT_MS).catch(() => undefined);
        expect(await find()).toMatchObject({
          result: {
            status: 'succeeded',
            resources: expect.arrayContaining([
              { kind: 'user', all: 25, success: 25, failed: 0, failedRecords: [], problems: [] },
            ]),
          },
          task: {
            status: 'succeeded',
            counts: { user: { seen: PEOPLE, updated: PEOPLE - GONE, removed: GONE, failed: 0 } },
          },
        });
        const { users } = (await snapshot(database.db, sourceId)) as { users: { active: boolean; version: number }[] };
        expect(users.map(({ active, version }) => `${active} ${version}`).sort()).toEqual([
          ...Array<string>(GONE).fill('false 2'),
          ...Array<string>(PEOPLE - GONE).fill('true 2'),
        ]);
      }),
  };
}
