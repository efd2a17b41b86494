import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../../prisma/migrate.js';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres/start.js';

/** The database that each test file clones. */
const TEMPLATE = 'rollcall_template';

/**
 * Starts one PostgreSQL for a test run, with a migrated template, and tells the test files where it is.
 * @returns what stops it and deletes its data.
 */
export async function startTestPostgres(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  const server = await startEmbeddedPostgres({
    dataFolder: join(folder, 'data'),
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200', temp_file_limit: '1GB' },
  });
  await server.createDatabase(TEMPLATE);
  await migrate(server.url(TEMPLATE));
  process.env['ROLLCALL_TEST_POSTGRES'] = server.url('postgres');
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(server.dataFolder, { recursive: true, force: true });
    delete process.env['ROLLCALL_TEST_POSTGRES'];
  };
}
