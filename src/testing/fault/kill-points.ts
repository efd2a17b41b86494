import type { MutationName } from './mutations.js';
import { STATEMENTS } from './statements.js';
import type { TapPoint } from './tap-rules.js';

/** A named place at which a process is killed (SIGKILL). */
export interface KillPoint extends TapPoint {
  readonly name: string;
  readonly connection: 'postgres' | 'redis';
  /** What the control runs without: the kill at this point must then be seen. */
  readonly without: MutationName;
}

/** What the control of each edge runs without. */
export type Edges = Readonly<Record<'before' | 'after', MutationName>>;

/** The two edges of a commit: the work is not committed yet, and it is committed but the worker does not know. */
export function commit(name: string, commitOf: RegExp, nth: number, without: Edges): readonly KillPoint[] {
  return (['before', 'after'] as const).map((edge) => ({
    name: `${edge} the commit of ${name}`,
    connection: 'postgres',
    ...{ commitOf, nth, edge },
    without: without[edge],
  }));
}

/** The task only needs a worker that continues. */
export const SWEEPER: Edges = { before: 'the sweeper', after: 'the sweeper' };
/** For a kill within the plan. */
export const REPLAN = 'the plan that begins from scratch';
/** For a kill at the commit of a page that is applied. */
export const MARK: Edges = {
  before: 'the mark in the transaction of its page (it comes before)',
  after: 'the mark in the transaction of its page (it comes after)',
};

/** From the claim to the acknowledgement, where a source of 40 people is read, planned and applied in pages of ten. */
export const SYNC_POINTS: readonly KillPoint[] = [
  { name: 'before the claim', connection: 'postgres', match: STATEMENTS.claim, edge: 'before', without: 'the sweeper' },
  ...commit('the claim', STATEMENTS.claim, 1, SWEEPER),
  {
    name: 'after the job was taken',
    connection: 'redis',
    match: /^moveToActive/,
    edge: 'after',
    without: 'the sweeper',
  },
  ...commit('the beginning of the pull', STATEMENTS.beginPull, 1, SWEEPER),
  ...commit('the first page of the pull', STATEMENTS.stage, 1, SWEEPER),
  ...commit('a middle page of the pull', STATEMENTS.stage, 3, {
    before: 'the checkpoint in the transaction of its records (it comes before)',
    after: 'the sweeper',
  }),
  ...commit('the last page of the pull', STATEMENTS.stage, 5, SWEEPER),
  ...commit('the beginning of the plan', STATEMENTS.beginPlan, 1, SWEEPER),
  ...commit('the first page of the plan', STATEMENTS.writeLines, 1, { before: 'the sweeper', after: REPLAN }),
  ...commit('a middle page of the plan', STATEMENTS.writeLines, 3, { before: REPLAN, after: REPLAN }),
  ...commit('the last page of the plan', STATEMENTS.writeLines, 6, { before: REPLAN, after: REPLAN }),
  { name: 'before the guard', connection: 'postgres', match: STATEMENTS.guard, edge: 'before', without: REPLAN },
  { name: 'after the guard', connection: 'postgres', commitOf: STATEMENTS.guard, edge: 'after', without: REPLAN },
  ...commit('the beginning of the apply', STATEMENTS.beginApply, 1, { before: REPLAN, after: 'the sweeper' }),
  ...commit('the departments', STATEMENTS.write, 1, SWEEPER),
  ...commit('the first page of people', STATEMENTS.write, 2, MARK),
  ...commit('a middle page of people', STATEMENTS.write, 3, MARK),
  // No write can be repeated after it: the task only needs a worker that continues.
  ...commit('the last page of people', STATEMENTS.write, 5, { before: MARK.before, after: 'the sweeper' }),
  ...commit('the managers', STATEMENTS.attachManagers, 1, SWEEPER),
  ...commit('the first page of memberships', STATEMENTS.mark, 6, { before: MARK.before, after: 'the sweeper' }),
  {
    name: 'before the commit of the end',
    connection: 'postgres',
    commitOf: STATEMENTS.end,
    edge: 'before',
    without: 'the sweeper',
  },
];

/** The task has ended, but the queue does not know; then the ring comes again. */
export const ENDED_POINTS: readonly KillPoint[] = [
  { name: 'after the commit of the end', connection: 'postgres', commitOf: STATEMENTS.end, edge: 'after' },
  { name: 'before the acknowledgement', connection: 'redis', match: /^moveToFinished/, edge: 'before' },
  { name: 'after the acknowledgement', connection: 'redis', match: /^moveToFinished/, edge: 'after' },
].map((point) => ({ ...point, without: 'the refusal of ended tasks' }) as KillPoint);

/** From the beginning to the end of a task that removes a source of 30 people and 4 departments. */
export const REMOVAL_POINTS: readonly KillPoint[] = [
  ...commit('the beginning of the plan', STATEMENTS.beginPlan, 1, SWEEPER),
  ...commit('a middle page of the plan', STATEMENTS.writeLines, 3, { before: REPLAN, after: REPLAN }),
  ...commit('the departments', STATEMENTS.write, 1, SWEEPER),
  ...commit('a middle page of people', STATEMENTS.write, 3, MARK),
  ...commit('the end', STATEMENTS.end, 1, { before: 'the sweeper', after: 'the refusal of ended tasks' }),
];

/** While the source lets the worker wait. */
export const HEARTBEAT_POINTS: readonly KillPoint[] = [
  {
    name: 'before a heartbeat',
    connection: 'postgres',
    match: STATEMENTS.heartbeat,
    edge: 'before',
    without: 'the sweeper',
  },
  {
    name: 'after a heartbeat',
    connection: 'postgres',
    match: STATEMENTS.heartbeat,
    edge: 'after',
    without: 'the sweeper',
  },
];

/** While the worker gives its task back, because it was asked to end. */
export const RELEASE_POINTS: readonly KillPoint[] = [
  {
    name: 'before it gives the task back',
    connection: 'postgres',
    match: STATEMENTS.release,
    edge: 'before',
    without: 'the sweeper',
  },
  {
    name: 'after it gave the task back, before the ring',
    connection: 'postgres',
    match: STATEMENTS.release,
    edge: 'after',
    without: 'the sweeper',
  },
];

/** The worker that takes over is killed as well. */
export const TAKE_OVER_POINTS: readonly KillPoint[] = [
  ...commit('the take-over', STATEMENTS.claim, 1, SWEEPER),
  ...commit('the first page after the take-over', STATEMENTS.write, 1, MARK),
];

const FIRST_LOOK = 'the second look at rings that were given out';

/** A sweeper that rings for a task whose first ring was lost. */
export const SWEEP_POINTS: readonly KillPoint[] = [
  {
    name: 'after the sweeper noted the ring',
    connection: 'postgres',
    match: STATEMENTS.ringAnew,
    edge: 'after',
    without: FIRST_LOOK,
  },
  {
    name: 'before the sweeper rings',
    connection: 'redis',
    match: /^addStandardJob/,
    edge: 'before',
    without: FIRST_LOOK,
  },
];

/** A push of 25 people that is drained. */
export const DRAIN_POINTS: readonly KillPoint[] = [
  {
    name: 'before the push is taken',
    connection: 'postgres',
    match: STATEMENTS.takePush,
    edge: 'before',
    without: 'the sweeper',
  },
  {
    name: 'after the push is taken',
    connection: 'postgres',
    match: STATEMENTS.takePush,
    edge: 'after',
    without: 'the sweeper',
  },
  ...commit('a page of the push', STATEMENTS.stage, 2, SWEEPER),
  ...commit('a page of pushed people', STATEMENTS.write, 2, MARK),
  ...commit('the end of the push', STATEMENTS.end, 1, {
    before: 'the sweeper',
    after: 'the results of pushes in the transaction of the end',
  }),
];
