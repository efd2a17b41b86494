/** Oldest PostgreSQL that the statements are written for. */
const OLDEST = 14;

/**
 * Why this PostgreSQL is too old, or null.
 *
 * @param versionNum the server's `server_version_num`, e.g. 140011.
 */
export function refusePostgres(versionNum: number): string | null {
  const major = Math.floor(versionNum / 10_000);
  if (major >= OLDEST) return null;
  // Before 10 the first two numbers made a major version.
  const version = major >= 10 ? `${major}.${versionNum % 10_000}` : `${major}.${Math.floor(versionNum / 100) % 100}`;
  return `PostgreSQL ${version} is too old: ${OLDEST} or newer is needed. Upgrade the server, then start again.`;
}
