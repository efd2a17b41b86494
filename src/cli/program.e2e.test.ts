import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'rollcall-cli-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(words: readonly string[], url: string | null = database.url): Promise<Ended> {
  const args = ['--import', import.meta.resolve('tsx'), resolve('src/cli/main.ts'), ...words];
  const env = { PATH: process.env['PATH'], ...(url !== null && { DATABASE_URL: url }) };
  const promise = promisify(execFile)(process.execPath, args, { env, cwd: folder });
  return promise.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}

const NO_KEY = '01a22b1d-de79-705b-bead-4b9e3efd89b7';
const create = ['keys', 'create', '--role', 'operator', '--name', 'hr'];

test('a key is created, listed and revoked', async () => {
  const { id, key } = JSON.parse((await run([...create, '--push-only', '--json'])).out) as { id: string; key: string };
  expect(key).not.toBe('');
  const listed = (await run(['keys', 'list'])).out;
  expect(listed).toBe(`${id}  active    operator  hr\n`);
  expect(listed).not.toContain(key);
  expect(await run(['keys', 'revoke', id])).toEqual({ code: 0, out: `Revoked key ${id}.\n`, err: '' });
  expect((await run(['keys', 'list'])).out).toBe(`${id}  revoked   operator  hr\n`);
  expect(await run(['keys', 'revoke', NO_KEY])).toMatchObject({ code: 1, err: `There is no key ${NO_KEY}.\n` });
});

test('--help and --version end with 0', async () => {
  expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('admin') as unknown, err: '' });
  expect(await run(['keys', 'create', '--help'])).toMatchObject({ code: 0, err: '' });
  expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('without a database, and with one that does not answer, it says what to do', async () => {
  expect(await run(['keys', 'list'], null)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Set DATABASE_URL /),
  });
  expect(await run(['keys', 'list'], 'postgresql://127.0.0.1:9/rollcall')).toMatchObject({
    code: 1,
    err: expect.stringContaining('The database does not answer.') as unknown,
  });
});

test('an audit log that was changed ends with 1', async () => {
  const whole = await run(['audit', 'verify']);
  expect(whole).toMatchObject({ code: 0, out: expect.stringMatching(/^The audit log is intact: 2 entries\./) });
  await database.db.pool.query(`ALTER TABLE audit_entries DISABLE TRIGGER USER`);
  await database.db.pool.query(`UPDATE audit_entries SET actor = 'system' WHERE id = 1`);
  expect(await run(['audit', 'verify'])).toMatchObject({ code: 1, out: expect.stringContaining('entry 1') });
});
