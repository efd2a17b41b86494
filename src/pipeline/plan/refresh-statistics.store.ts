import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/** Number of rows from which statistics save more time than the tens of milliseconds that they take. */
const LARGE = 2_000;

/** Functions of the tables' owner, because the service's own role has no right to ANALYZE (docs/operations.md). */
const LISTS = {
  worklist: { table: Prisma.sql`staged_records`, analyze: Prisma.sql`SELECT analyze_staged_records()` },
  plan: { table: Prisma.sql`changes`, analyze: Prisma.sql`SELECT analyze_changes()` },
};

/** Updates the statistics of a long list: the next statements join many new rows, which have none yet. */
export async function refreshStatistics(tx: Tx, { task }: RunContext, list: keyof typeof LISTS): Promise<void> {
  const { table, analyze } = LISTS[list];
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (SELECT 1 FROM ${table} WHERE task_id = ${task.id}::uuid LIMIT ${LARGE}) few`;
  if (row?.count === LARGE) await tx.$executeRaw(analyze);
}
