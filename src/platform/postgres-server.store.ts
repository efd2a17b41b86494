import type { Tx } from './db.js';

/**
 * What the operator should know of the role's limit for temporary files, or null when it has one.
 *
 * Only a superuser may set it, so the service warns instead of setting it:
 * https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-TEMP-FILE-LIMIT
 */
export async function missingTempFileLimit(tx: Tx): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ unlimited: boolean; role: string }[]>`
    SELECT current_setting('temp_file_limit') = '-1' AS unlimited, quote_ident(current_user) AS role`;
  if (!row?.unlimited) return null;
  return (
    'PostgreSQL has no temp_file_limit for this role: one statement can fill the disk with temporary files. ' +
    `Set it as a superuser: ALTER ROLE ${row.role} SET temp_file_limit = '2GB'`
  );
}

/** @returns the server process that runs the transaction, as `pg_stat_activity.pid` has it */
export async function serverProcessOf(tx: Tx): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  return row?.pid ?? null;
}
