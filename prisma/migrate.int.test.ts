import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { migrate, pendingMigrations } from './migrate.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a migrated database has nothing pending and migrating again changes nothing', async () => {
  expect(await pendingMigrations(database.url)).toEqual([]);
  expect(await migrate(database.url)).toEqual([]);
});

test('a changed migration is refused', async () => {
  await database.db.pool.query(`UPDATE _prisma_migrations SET checksum = 'other'`);
  await expect(migrate(database.url)).rejects.toThrow('was changed after it was applied');
});

test('the push source `api` exists from the start', async () => {
  expect(await database.db.prisma.source.findUnique({ where: { name: 'api' } })).toMatchObject({ type: 'push' });
});
