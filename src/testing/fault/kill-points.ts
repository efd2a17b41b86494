import type { MutationName } from './mutations.js';
import type { TapPoint } from './tap-rules.js';

/** A named place at which a process is killed (SIGKILL). */
export interface KillPoint extends TapPoint {
  readonly name: string;
  readonly connection: 'postgres' | 'redis';
  /** What the control runs without: the kill at this point must then be seen. */
  readonly without: MutationName;
}

type Edges = Readonly<Record<'before' | 'after', MutationName>>;

/** The two edges of a commit: nobody knows of the work, and everybody but the worker does. */
function commit(name: string, commitOf: RegExp, nth: number, without: Edges): readonly KillPoint[] {
  return (['before', 'after'] as const).map((edge) => ({
    name: `${edge} the commit of ${name}`,
    connection: 'postgres',
    ...{ commitOf, nth, edge },
    without: without[edge],
  }));
}

const SWEEPER: Edges = { before: 'the sweeper', after: 'the sweeper' };
const REPLAN = 'the plan that begins from scratch';
const MARK: Edges = {
  before: 'the mark in the transaction of its page (it comes before)',
  after: 'the mark in the transaction of its page (it comes after)',
};

const CLAIM = /UPDATE sync_tasks t\s+SET status = CASE/;
const STAGED = /INSERT INTO staged_records AS s\s+\(task_id, kind, external_id, seq, state, hash/;
const LINES = /INSERT INTO changes \(task_id, rank, target, kind, external_id, target_id/;
const GUARD = /removed_at IS NULL\) AS linked/;
const MARKED = /SET mark_rank = \$/;
/** A page of records (not of memberships), with what is remembered of them. */
const WRITTEN = /INSERT INTO known_records AS k/;
const END = /UPDATE sync_tasks SET status = \$1, counts/;

/** From the claim to the acknowledgement, where a source of 40 people is read, planned and applied in pages of ten. */
export const SYNC_POINTS: readonly KillPoint[] = [
  { name: 'before the claim', connection: 'postgres', match: CLAIM, edge: 'before', without: 'the sweeper' },
  ...commit('the claim', CLAIM, 1, SWEEPER),
  {
    name: 'after the job was taken',
    connection: 'redis',
    match: /^moveToActive/,
    edge: 'after',
    without: 'the sweeper',
  },
  ...commit('the beginning of the pull', /DELETE FROM staged_problems/, 1, SWEEPER),
  ...commit('the first page of the pull', STAGED, 1, SWEEPER),
  ...commit('a middle page of the pull', STAGED, 3, {
    before: 'the checkpoint in the transaction of its records (it comes before)',
    after: 'the sweeper',
  }),
  ...commit('the last page of the pull', STAGED, 5, SWEEPER),
  ...commit('the beginning of the plan', /SET mark_rank = -1/, 1, SWEEPER),
  ...commit('the first page of the plan', LINES, 1, { before: 'the sweeper', after: REPLAN }),
  ...commit('a middle page of the plan', LINES, 3, { before: REPLAN, after: REPLAN }),
  ...commit('the last page of the plan', LINES, 6, { before: REPLAN, after: REPLAN }),
  { name: 'before the guard', connection: 'postgres', match: GUARD, edge: 'before', without: REPLAN },
  { name: 'after the guard', connection: 'postgres', commitOf: GUARD, edge: 'after', without: REPLAN },
  ...commit('the beginning of the apply', /array_agg\(DISTINCT c.rank\)/, 1, { before: REPLAN, after: 'the sweeper' }),
  ...commit('the departments', WRITTEN, 1, SWEEPER),
  ...commit('the first page of people', WRITTEN, 2, MARK),
  ...commit('a middle page of people', WRITTEN, 3, MARK),
  // Nothing is left to be done twice behind it: only somebody who goes on is missed.
  ...commit('the last page of people', WRITTEN, 5, { before: MARK.before, after: 'the sweeper' }),
  ...commit('the managers', /UPDATE users u SET manager_id = m.id/, 1, SWEEPER),
  ...commit('the first page of memberships', MARKED, 6, { before: MARK.before, after: 'the sweeper' }),
  {
    name: 'before the commit of the end',
    connection: 'postgres',
    commitOf: END,
    edge: 'before',
    without: 'the sweeper',
  },
];

/** The task has ended, but the queue does not know; then the ring comes again. */
export const ENDED_POINTS: readonly KillPoint[] = [
  { name: 'after the commit of the end', connection: 'postgres', commitOf: END, edge: 'after' },
  { name: 'before the acknowledgement', connection: 'redis', match: /^moveToFinished/, edge: 'before' },
  { name: 'after the acknowledgement', connection: 'redis', match: /^moveToFinished/, edge: 'after' },
].map((point) => ({ ...point, without: 'the refusal of ended tasks' }) as KillPoint);

const BEAT = /UPDATE sync_tasks SET heartbeat_at = clock_timestamp\(\)\s+WHERE id = \$1::uuid AND fence/;

/** While the source lets the worker wait. */
export const HEARTBEAT_POINTS: readonly KillPoint[] = [
  { name: 'before a heartbeat', connection: 'postgres', match: BEAT, edge: 'before', without: 'the sweeper' },
  { name: 'after a heartbeat', connection: 'postgres', match: BEAT, edge: 'after', without: 'the sweeper' },
];

const RELEASE = /SET worker = NULL, heartbeat_at = NULL, fence = fence \+ 1, ring/;

/** While the worker gives its task back, because it was asked to end. */
export const RELEASE_POINTS: readonly KillPoint[] = [
  {
    name: 'before it gives the task back',
    connection: 'postgres',
    match: RELEASE,
    edge: 'before',
    without: 'the sweeper',
  },
  {
    name: 'after it gave the task back, before the ring',
    connection: 'postgres',
    match: RELEASE,
    edge: 'after',
    without: 'the sweeper',
  },
];

/** The worker that takes over is killed as well. */
export const TAKE_OVER_POINTS: readonly KillPoint[] = [
  ...commit('the take-over', CLAIM, 1, SWEEPER),
  ...commit('the first page after the take-over', WRITTEN, 1, MARK),
];

const RING_ANEW = /SET ring = ring \+ 1, rung_at = now\(\)\s+WHERE id = \$1::uuid AND ring/;
const FIRST_LOOK = 'the second look at rings that were given out';

/** A sweeper that rings for a task whose first ring was lost. */
export const SWEEP_POINTS: readonly KillPoint[] = [
  {
    name: 'after the sweeper noted the ring',
    connection: 'postgres',
    match: RING_ANEW,
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
    match: /UPDATE pushes SET task_id = t.id/,
    edge: 'before',
    without: 'the sweeper',
  },
  {
    name: 'after the push is taken',
    connection: 'postgres',
    match: /UPDATE pushes SET task_id = t.id/,
    edge: 'after',
    without: 'the sweeper',
  },
  ...commit('a page of the push', STAGED, 2, SWEEPER),
  ...commit('a page of pushed people', WRITTEN, 2, MARK),
  ...commit('the end of the push', END, 1, {
    before: 'the sweeper',
    after: 'the results of pushes in the transaction of the end',
  }),
];
