import type pg from 'pg';

/**
 * Grants the service's role only the rights that it needs: rows of all tables, but it can only read the audit log and
 * add to it, and only read the end of the audit log and the list of migrations. Creates the role if it is missing.
 *
 * @param appUrl the address that the API and the workers use; its user and password are the role's.
 * @throws Error when it is the owner of the database, or has no user name.
 */
export async function grantAppRole(client: pg.Client, appUrl: string): Promise<void> {
  const { username, password } = new URL(appUrl);
  const name = decodeURIComponent(username);
  if (name === '' || name === client.user)
    throw new Error('APP_DATABASE_URL must name a different user than DATABASE_URL.');
  const role = client.escapeIdentifier(name);
  await client.query('BEGIN');
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`);
  if (password !== '')
    await client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(decodeURIComponent(password))}`);
  await client.query(grants(role));
  await client.query('COMMIT');
}

/** Can be run again: rights that a later version no longer needs are revoked. */
function grants(role: string): string {
  return `
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role};
    GRANT USAGE ON SCHEMA public TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${role};
    REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations, audit_head FROM ${role};
    REVOKE UPDATE, DELETE ON audit_entries FROM ${role};`;
}
