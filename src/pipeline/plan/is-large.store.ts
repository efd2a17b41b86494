import type { Tx } from '../../platform/db.js';

/** From so many records on, statistics are worth the tens of milliseconds that they cost. */
const LARGE = 2_000;

/** The same of a task's plan. */
export async function isLargePlan(tx: Tx, taskId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count
    FROM (SELECT 1 FROM changes WHERE task_id = ${taskId}::uuid LIMIT ${LARGE}) few`;
  return row?.count === LARGE;
}

/** Whether the work list of a task is long enough for the planner to go wrong without fresh statistics. */
export async function isLarge(tx: Tx, taskId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count
    FROM (SELECT 1 FROM staged_records WHERE task_id = ${taskId}::uuid LIMIT ${LARGE}) few`;
  return row?.count === LARGE;
}
