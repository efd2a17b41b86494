import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Db, openDb } from '../../platform/db.js';

/** A migrated, empty database of its own for one test file. */
export interface TestDatabase {
  readonly url: string;
  readonly db: Db;
  /** Empties every table but the migrations and puts the built-in `api` source back. */
  reset(): Promise<void>;
  drop(): Promise<void>;
}

/** Clones the run's template database. Needs the set-up of the `int` or `e2e` project. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env['ROLLCALL_TEST_POSTGRES'];
  if (!serverUrl) throw new Error('No test PostgreSQL: name the file *.int.test.ts or *.e2e.test.ts.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE rollcall_template`);
  const url = serverUrl.replace(/\/postgres$/, `/${name}`);
  const db = openDb({ url, applicationName: 'rollcall-test' });
  return {
    url,
    db,
    reset: () => reset(db),
    async drop() {
      await db.close();
      await administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function reset({ pool }: Db): Promise<void> {
  await pool.query(`
    -- Audit entries refuse to go, but for a superuser who says so.
    DO $$ BEGIN PERFORM set_config('session_replication_role', 'replica', true); EXECUTE (
      SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY CASCADE'
      FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
    ); END $$;
    INSERT INTO sources (id, name, type, title, config, match_keys, redact)
    VALUES (gen_random_uuid(), 'api', 'push', 'Push API', '{}', '{}', '{}')`);
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
