import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const BREACHED = 'violets under seven bridges';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'rollcall-admin-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** Runs the command with a password on its standard input. */
async function create(username: string, password: string, more: NodeJS.ProcessEnv) {
  const args = [
    '--import',
    'tsx',
    resolve('src/cli/main.ts'),
    'admin',
    'create',
    '--username',
    username,
    '--role',
    'viewer',
  ];
  const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, ...more };
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.end(`${password}\n`);
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

test('the command refuses breached passwords and those with words of the place, and says when it could not ask', async () => {
  const path = join(folder, 'breached.txt');
  await writeFile(path, `${createHash('sha1').update(BREACHED).digest('hex').toUpperCase()}:3\n`);
  const rules = { BREACHED_PASSWORDS: pathToFileURL(path).href, PASSWORD_WORDS: 'Phoenix, acme' };
  const breached = await create('ada', BREACHED, rules);
  expect(breached).toEqual({ code: 1, said: expect.stringContaining('known from a data breach') as string });
  const word = await create('ada', 'violets of PHOENIX bridge', rules);
  expect(word).toEqual({ code: 1, said: expect.stringContaining('easy to guess here') as string });
  expect(await database.db.prisma.account.count()).toBe(0);
  expect((await create('ada', `${BREACHED}, mostly`, rules)).code).toBe(0);
  // No server listens there: the password passes, and a note says so.
  const unasked = await create('bob', BREACHED, { BREACHED_PASSWORDS: 'http://127.0.0.1:9' });
  expect(unasked).toEqual({ code: 0, said: expect.stringMatching(/^Note: breached passwords not asked: /) as string });
  const wrong = await create('eve', BREACHED, { BREACHED_PASSWORDS: 'http://example.org', PASSWORD_WORDS: 'x' });
  expect(wrong).toEqual({
    code: 1,
    said: expect.stringMatching(/^(PASSWORD_WORDS|BREACHED_PASSWORDS): must be/) as string,
  });
});
