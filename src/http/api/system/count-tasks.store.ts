import type { Tx } from '../../../platform/db.js';

/** How many tasks have each status; statuses that none has are left out. */
export async function countTasks(tx: Tx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw<{ status: string; count: number }[]>`
    SELECT status, count(*)::int AS count FROM sync_tasks GROUP BY status`;
  return new Map(rows.map(({ status, count }) => [status, count]));
}

/** Whether the database answers. @throws Error when it doesn't. */
export async function pingDatabase(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT 1`;
}
