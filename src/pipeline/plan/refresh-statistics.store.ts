import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/** From so many rows on, statistics are worth the tens of milliseconds that they cost. */
const LARGE = 2_000;

/** By functions of the tables' owner: the service's own role may not analyze (docs/operations.md). */
const LISTS = {
  worklist: { table: Prisma.sql`staged_records`, analyze: Prisma.sql`SELECT analyze_staged_records()` },
  plan: { table: Prisma.sql`changes`, analyze: Prisma.sql`SELECT analyze_changes()` },
};

/** Fresh rows have no statistics, and the statements that follow join many of them: a long list gets new ones. */
export async function refreshStatistics(tx: Tx, { task }: RunContext, list: keyof typeof LISTS): Promise<void> {
  const { table, analyze } = LISTS[list];
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (SELECT 1 FROM ${table} WHERE task_id = ${task.id}::uuid LIMIT ${LARGE}) few`;
  if (row?.count === LARGE) await tx.$executeRaw(analyze);
}
