import type { Tx } from './db.js';

/** @returns the server process that runs the transaction, as `pg_stat_activity.pid` has it */
export async function serverProcessOf(tx: Tx): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  return row?.pid ?? null;
}
