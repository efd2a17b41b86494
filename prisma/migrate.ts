import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { refusePostgres } from '../src/platform/refuse-postgres.js';
import { grantAppRole } from './grant-app-role.js';

/** The advisory lock of Prisma Migrate, so that its command and this one never run at the same time. */
const MIGRATE_LOCK = 72_707_369;

/** One folder of `prisma/migrations`. */
interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Applies the pending migrations, each in one transaction, in the order of their names.
 *
 * Same table and checksums as Prisma Migrate writes, so `prisma migrate status` later reports "up to date".
 * @param appUrl the address that API and workers use, if it has another role: the role gets its rights here.
 * @returns the names of the applied migrations.
 * @throws Error when the server is too old, an applied migration was changed or an earlier one failed.
 */
export async function migrate(databaseUrl: string, appUrl?: string): Promise<readonly string[]> {
  return withClient(databaseUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATE_LOCK]);
    await client.query(MIGRATIONS_TABLE);
    const pending = await findPending(client);
    for (const migration of pending) await apply(client, migration);
    if (appUrl !== undefined) await grantAppRole(client, appUrl);
    return pending.map((migration) => migration.name);
  });
}

/** The names of the migrations that the database lacks. Reads only. */
export async function pendingMigrations(databaseUrl: string): Promise<readonly string[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ found: boolean }>(
      `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
    );
    if (!rows[0]?.found) return (await readMigrations()).map((migration) => migration.name);
    return (await findPending(client)).map((migration) => migration.name);
  });
}

const MIGRATIONS_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'rollcall-migrate' });
  await client.connect();
  try {
    await refuseOldServer(client);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Called before migrations and before a start. */
async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  const reason = refusePostgres(rows[0]?.version ?? 0);
  if (reason !== null) throw new Error(reason);
}

async function findPending(client: pg.Client): Promise<Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    `SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row]));
  const pending: Migration[] = [];
  for (const migration of await readMigrations()) {
    const row = applied.get(migration.name);
    if (!row) pending.push(migration);
    else if (row.finished_at === null)
      throw new Error(`Migration ${migration.name} failed before its end: see "prisma migrate resolve".`);
    else if (row.checksum !== migration.checksum)
      throw new Error(`Migration ${migration.name} was changed after it was applied.`);
  }
  return pending;
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const id = randomUUID();
  await client.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)`, [
    id,
    migration.checksum,
    migration.name,
  ]);
  try {
    // One query string is one implicit transaction.
    await client.query(migration.sql);
  } catch (error) {
    await client.query(`DELETE FROM _prisma_migrations WHERE id = $1`, [id]);
    throw new Error(`Migration ${migration.name} could not be applied; nothing of it was kept.`, { cause: error });
  }
  await client.query(`UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1`, [id]);
}

async function readMigrations(): Promise<Migration[]> {
  const folder = migrationsFolder();
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** The SQL files stay in `prisma/migrations`, also when this file runs compiled from `dist/prisma`. */
function migrationsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'migrations');
  return existsSync(beside) ? beside : resolve(here, '../../prisma/migrations');
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const url = process.env['DATABASE_URL'];
  if (!url) {
    process.stderr.write('DATABASE_URL is not set: set it to the database to migrate.\n');
    process.exit(2);
  }
  const applied = await migrate(url, process.env['APP_DATABASE_URL'] || undefined);
  process.stdout.write(applied.length === 0 ? 'Nothing to migrate.\n' : `Applied ${applied.join(', ')}.\n`);
}
