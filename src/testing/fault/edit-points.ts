import { commit, type Edges, type KillPoint, MARK, REPLAN, SWEEPER } from './kill-points.js';
import { STATEMENTS } from './statements.js';

const SECOND_PLAN = 'the second plan of an edit after a take-over';
const RESULTS: Edges = { before: 'the sweeper', after: 'the results of pushes in the transaction of the end' };

/** From the inbox to the end of a task that applies edits of 25 people and a department. */
export const EDIT_POINTS: readonly KillPoint[] = [
  ...(['before', 'after'] as const).map((edge): KillPoint => ({
    name: `${edge} the edits are taken from the inbox`,
    ...{ connection: 'postgres', match: STATEMENTS.takePush, edge, without: 'the sweeper' },
  })),
  ...commit('a page of the read', STATEMENTS.stage, 2, SWEEPER),
  ...commit('a middle page of the plan', STATEMENTS.writeLines, 3, { before: REPLAN, after: REPLAN }),
  ...commit('the department', STATEMENTS.write, 1, SWEEPER),
  ...commit('a middle page of people', STATEMENTS.write, 3, MARK),
  ...commit('the end', STATEMENTS.end, 1, RESULTS),
];

/** After a sync wrote some of the people between the plan of the edits and their pages. */
export const CONFLICT_POINTS: readonly KillPoint[] = [
  ...commit('the last page of people', STATEMENTS.write, 4, { before: SECOND_PLAN, after: SECOND_PLAN }),
  ...(['before', 'after'] as const).map((edge): KillPoint => ({
    name: `${edge} the look for edits that were not applied`,
    ...{ connection: 'postgres', match: STATEMENTS.lookForConflicts, edge },
    without: SECOND_PLAN,
  })),
  ...commit('the beginning of the second plan', STATEMENTS.beginPlan, 1, { before: SECOND_PLAN, after: 'the sweeper' }),
];

/** From the beginning of the second plan of such edits to the end of their task. */
export const SECOND_ROUND_POINTS: readonly KillPoint[] = [
  ...commit('a page of the second plan', STATEMENTS.writeLines, 2, SWEEPER),
  ...commit('a page of people of the second plan', STATEMENTS.write, 3, MARK),
  ...commit('the end of the second round', STATEMENTS.end, 1, RESULTS),
];

/** From the beginning to the end of the undo of edits of 25 people and a department. */
export const EDIT_UNDO_POINTS: readonly KillPoint[] = [
  ...commit('the beginning of the plan', STATEMENTS.beginPlan, 1, SWEEPER),
  ...commit('a middle page of the plan', STATEMENTS.writeLines, 3, { before: REPLAN, after: REPLAN }),
  ...commit('a middle page of people', STATEMENTS.restore, 3, MARK),
  ...commit('the end', STATEMENTS.end, 1, { before: 'the sweeper', after: 'the refusal of ended tasks' }),
];
