import pg from 'pg';
import { migrate } from '../../prisma/migrate.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import { recordAudit } from './audit.store.js';
import { verifyAudit } from './verify-audit.store.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.reset();
  for (let at = 1; at <= 5; at += 1) await write(`key-${at}`);
});
afterAll(() => database.drop());

const write = (objectId: string) =>
  recordAudit(database.db.prisma, {
    ...{ actor: 'command', action: 'key.create', objectType: 'key', objectId, address: '127.0.0.1' },
    ...{ detail: { name: 'ключ "é" \\ \n', at: 1.5 }, before: { a: 1 }, after: { a: 2, at: new Date(0) } },
  });
const verify = () => verifyAudit(database.db.prisma);

/** As a superuser who knows how to switch the triggers off. */
const tamper = (sql: string) =>
  database.db.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);

test('an untouched log is whole, also with many writers at once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, at) => write(`other-${at}`)));
  expect(await verify()).toMatchObject({ whole: true, entries: 25, head: { id: '25' } });
});

test.each([
  ['changed', `UPDATE audit_entries SET detail = detail || '{"x":1}' WHERE id = 3`, '3', 'it was changed'],
  ['given to another actor', `UPDATE audit_entries SET actor = 'system' WHERE id = 5`, '5', 'it was changed'],
  ['dated back', `UPDATE audit_entries SET at = at - interval '1 day' WHERE id = 1`, '1', 'it was changed'],
  ['taken away', 'DELETE FROM audit_entries WHERE id = 2', '3', 'removed or added'],
  ['taken away at the beginning', 'DELETE FROM audit_entries WHERE id = 1', '2', 'removed or added'],
  ['taken away at the end', 'DELETE FROM audit_entries WHERE id = 5', '5', 'at the end'],
  ['taken away, as all are', 'DELETE FROM audit_entries', '5', 'at the end'],
  [
    'put in',
    `INSERT INTO audit_entries (id, actor, action, object_type, object_id, prev_hash, hash)
     SELECT 6, 'key:x', 'key.create', 'key', 'x', hash, hash FROM audit_entries WHERE id = 5`,
    '6',
    'it was changed',
  ],
  [
    'put in with a right hash',
    `INSERT INTO audit_entries (id, at, actor, action, object_type, object_id, prev_hash)
     SELECT 6, date_trunc('milliseconds', now()), 'key:x', 'key.create', 'key', 'x', hash FROM audit_entries WHERE id = 5;
     UPDATE audit_entries e SET hash = audit_entry_hash(e) WHERE id = 6`,
    '5',
    'at the end',
  ],
])('an entry that was %s is found', async (_name, sql, at, fault) => {
  await tamper(sql);
  expect(await verify()).toMatchObject({ whole: false, at, fault: expect.stringContaining(fault) });
});

test('a log that was rewritten as a whole is detected by an entry that was noted before', async () => {
  const verdict = await verify();
  const remembered = verdict.whole ? verdict.head : null;
  expect(await verifyAudit(database.db.prisma, remembered)).toMatchObject({ whole: true });
  await tamper('TRUNCATE audit_entries, audit_head');
  for (let at = 1; at <= 5; at += 1) await write(`forged-${at}`);
  expect(await verify()).toMatchObject({ whole: true });
  expect(await verifyAudit(database.db.prisma, remembered)).toMatchObject({ whole: false, at: '5' });
});

test('number, time and hashes are the database’s word, whatever a writer says', async () => {
  await database.db.prisma.auditEntry.create({
    data: { ...{ id: 99n, at: new Date(0), actor: 'x', action: 'x', objectType: 'x', objectId: 'x' } },
  });
  const last = await database.db.prisma.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } });
  expect([last.id, last.at.getTime() > Date.now() - 60_000]).toEqual([6n, true]);
  expect(await verify()).toMatchObject({ whole: true });
});

test('even the owner cannot change an entry by mistake', async () => {
  for (const sql of [
    `UPDATE audit_entries SET actor = 'x'`,
    'DELETE FROM audit_entries WHERE id = 1',
    'TRUNCATE audit_entries',
  ])
    await expect(database.db.pool.query(sql)).rejects.toThrow('never changed');
});

test("the service's role adds to the log and reads it, and can do nothing else to it", async () => {
  const appUrl = new URL(database.url);
  [appUrl.username, appUrl.password] = ['rollcall_app_test', 'letters and digits'];
  await migrate(database.url, appUrl.href);
  await migrate(database.url, appUrl.href);
  const app = new pg.Client({ connectionString: appUrl.href });
  await app.connect();
  try {
    await app.query(`INSERT INTO audit_entries (actor, action, object_type, object_id) VALUES ('a', 'b', 'c', 'd')`);
    expect((await app.query('SELECT count(*)::int AS count FROM audit_entries')).rows).toEqual([{ count: 6 }]);
    expect(await verify()).toMatchObject({ whole: true, entries: 6 });
    for (const sql of [
      `UPDATE audit_entries SET actor = 'x'`,
      'DELETE FROM audit_entries',
      'TRUNCATE audit_entries',
      'UPDATE audit_head SET last_id = 0',
      'DELETE FROM audit_head',
      'DELETE FROM _prisma_migrations',
      'ALTER TABLE audit_entries DISABLE TRIGGER ALL',
      'DROP TRIGGER audit_entries_chain ON audit_entries',
      'SET session_replication_role = replica',
      'CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
      'CREATE TABLE mine (x int)',
      'CREATE ROLE other SUPERUSER',
    ])
      await expect(app.query(sql)).rejects.toThrow(/permission denied|must be owner/);
  } finally {
    await app.end();
  }
});

test('the role of the service is another one than the owner', async () => {
  await expect(migrate(database.url, database.url)).rejects.toThrow('APP_DATABASE_URL must name a different user');
});
