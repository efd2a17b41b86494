import {
  CONFLICT_POINTS,
  EDIT_POINTS,
  EDIT_UNDO_POINTS,
  SECOND_ROUND_POINTS,
} from '../src/testing/fault/edit-points.js';
import { EDITED, editedState, editedTitles, editTitles, type StoredEdits } from '../src/testing/fault/edits.js';
import { type FaultTest, faultTests } from '../src/testing/fault/fault-test.js';
import {
  closeKillLane,
  GUARD_TIMEOUT_MS,
  type KillLane,
  inKillLane,
  type SeededSource,
  type TaskRow,
} from '../src/testing/fault/kill-lane.js';
import type { KillPoint } from '../src/testing/fault/kill-points.js';
import type { Mutation } from '../src/testing/fault/mutations.js';
import { reached } from '../src/testing/fault/reached.js';
import { STATEMENTS } from '../src/testing/fault/statements.js';
import { waitFor } from '../src/testing/wait-for.js';
import { undoTask } from '../src/tasks/life/undo-task.store.js';

/**
 * A worker is killed at each named point of a task of edits by hand (R51), and of its undo. Afterwards each edit is
 * applied or undone once, each row was written as often as without a kill, and each edit has its result.
 */
afterAll(closeKillLane);

/** Starts the work on a source; `arm` is called when the kill is due next. @returns the task that is killed. */
type Run = (lane: KillLane, source: SeededSource, arm: () => void) => Promise<StoredEdits>;

interface Scene {
  readonly what: string;
  readonly points: readonly KillPoint[];
  readonly run: Run;
  /** What the edited department and people have at the end. */
  readonly titles: readonly [department: string, person: string];
}

const edit: Run = (lane, source, arm) => {
  arm();
  return editTitles(lane, source, 'Chief');
};

/** Between the plan of the edits and their first page, a sync writes most of the edited people. */
const editInConflict: Run = async (lane, source, arm) => {
  const met = lane.worker.postgres.at({ commitOf: STATEMENTS.beginApply, edge: 'after' }, async () => {
    await succeeded(lane, await lane.sync(source));
    arm();
  });
  const edits = await editTitles(lane, source, 'Chief');
  await reached(met);
  return edits;
};

const planAgain: Run = (lane, source, arm) =>
  editInConflict(lane, source, () => {
    lane.worker.postgres.at({ commitOf: STATEMENTS.beginPlan, edge: 'after' }, arm).catch(() => undefined);
  });

const undo: Run = async (lane, source, arm) => {
  const { taskId: undone } = await editTitles(lane, source, 'Chief');
  await succeeded(lane, undone);
  arm();
  const { task } = await undoTask(lane.world.tasks.deps, { taskId: undone, requestedBy: 'test' });
  return { taskId: task.id, pushIds: [] };
};

const SCENES: readonly Scene[] = [
  { what: 'of edits', points: EDIT_POINTS, run: edit, titles: ['Chief', 'Chief'] },
  {
    what: 'of edits whose rows a sync had written',
    ...{ points: CONFLICT_POINTS, run: editInConflict, titles: ['Chief', 'Chief'] },
  },
  {
    what: 'of edits that are planned again',
    ...{ points: SECOND_ROUND_POINTS, run: planAgain, titles: ['Chief', 'Chief'] },
  },
  { what: 'of the undo of edits', points: EDIT_UNDO_POINTS, run: undo, titles: ['board', 'Clerk'] },
];

faultTests(SCENES.flatMap((scene) => scene.points.map((point) => toTest(scene, point))));

function toTest(scene: Scene, point: KillPoint): FaultTest {
  return {
    name: `R51, R44: a worker killed ${point.name} ${scene.what} leaves the rest to the next one; each is done once`,
    without: [point.without],
    run: (mutation) =>
      inOwnLane(mutation, async (lane) => {
        const { counts, state } = await undisturbed(lane, scene);
        const source = await lane.seededSource();
        let arm = (): void => undefined;
        const dead = new Promise<void>((done, fail) => {
          arm = () => void lane.worker.killAt(point.connection, point).then(done, fail);
        });
        const { taskId: killed, pushIds } = await scene.run(lane, source, arm);
        await reached(dead);
        await lane.replaceWorker();
        await lane.settled(killed);
        const taskId = (await takerOf(lane, pushIds)) ?? killed;
        const { fence, ...row } = await lane.settled(taskId);
        expect(row).toMatchObject({ status: 'succeeded', errorCode: null, counts });
        await lane.ringAgain(taskId);
        expect(await lane.world.tasks.row(taskId)).toMatchObject({ status: 'succeeded', fence, counts });
        const { db } = lane.world.database;
        const [department, person] = scene.titles;
        expect(await editedTitles(db, source)).toEqual([department, ...Array<string>(EDITED).fill(person)]);
        expect(await editedState(db, source)).toEqual(state);
        expect(await results(lane, pushIds)).toEqual(pushIds.map(() => ['succeeded', true]));
      }),
  };
}

/** All edits are of one source: a task that a failed test left would keep those of the next test waiting. */
function inOwnLane(mutation: Mutation, body: (lane: KillLane) => Promise<void>): Promise<void> {
  return inKillLane(mutation, (lane) =>
    body(lane).catch(async (error: unknown) => {
      await closeKillLane();
      throw error;
    }),
  );
}

/**
 * The task that took the edits, when they are finished: where a task was killed before it took them, the next one may
 * do so. undefined where there are no edits.
 */
async function takerOf({ world }: KillLane, pushIds: readonly string[]): Promise<string | null | undefined> {
  const { push } = world.database.db.prisma;
  const where = { id: { in: [...pushIds] } };
  const isOpen = async () => (await push.count({ where: { ...where, finishedAt: null } })) > 0;
  await waitFor(async () => !(await isOpen()), GUARD_TIMEOUT_MS).catch(() => undefined);
  return (await push.findFirst({ where }))?.taskId;
}

/** Of each edit: its result, and whether it is finished. */
async function results({ world }: KillLane, pushIds: readonly string[]): Promise<readonly unknown[]> {
  const pushes = await world.database.db.prisma.push.findMany({ where: { id: { in: [...pushIds] } } });
  return pushes.map(({ result, finishedAt }) => [
    (result as { readonly status?: string } | null)?.status,
    finishedAt !== null,
  ]);
}

type Undisturbed = { readonly counts: unknown; readonly state: unknown };
const references = new WeakMap<KillLane, Map<Scene, Undisturbed>>();

/** The same without a kill, once for each lane. */
async function undisturbed(lane: KillLane, scene: Scene): Promise<Undisturbed> {
  const ofLane = references.get(lane) ?? new Map<Scene, Undisturbed>();
  references.set(lane, ofLane);
  const known = ofLane.get(scene);
  if (known) return known;
  const source = await lane.seededSource();
  const { taskId } = await scene.run(lane, source, () => undefined);
  const { counts } = await succeeded(lane, taskId);
  const reference = { counts, state: await editedState(lane.world.database.db, source) };
  ofLane.set(scene, reference);
  return reference;
}

/** Waits for the success of a task whose worker is not killed. An expectation would turn controls red by itself. */
async function succeeded(lane: KillLane, taskId: string): Promise<TaskRow> {
  const row = await lane.settled(taskId);
  if (row.status !== 'succeeded') throw new Error(`An undisturbed task ended as ${row.status}: ${row.errorMessage}`);
  await lane.heard(taskId);
  return row;
}
