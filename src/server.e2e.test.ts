import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createKeyring } from './secrets/sealing/keyring.js';
import { createConfigSecrets } from './secrets/config-secrets.js';
import { httpJsonOptions } from './sources/http-json/http-json-options.js';
import { createReferenceReader } from './secrets/reference-reader.js';
import { createApiClient } from './testing/worlds/api-client.js';
import { createTestDatabase, type TestDatabase } from './testing/servers/test-database.js';

const tsx = ['--import', 'tsx'];
let database: TestDatabase;
let logDir: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  database = await createTestDatabase();
  logDir = await mkdtemp(join(tmpdir(), 'rollcall-logs-'));
  environment = {
    ...process.env,
    NODE_OPTIONS: '',
    DATABASE_URL: database.url,
    SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    PORT: '0',
    LOG_DIR: logDir,
    REDIS_URL: '',
  };
});
afterAll(async () => {
  await database.drop();
  await rm(logDir, { recursive: true, force: true });
});

const keys = (...words: string[]) =>
  promisify(execFile)(process.execPath, [...tsx, 'src/cli/main.ts', 'keys', ...words], {
    env: { ...environment, SECRET_KEYS: '' },
  });

/** Starts the API and answers where it listens, as its log says. */
async function startServer(more: NodeJS.ProcessEnv = {}): Promise<{ child: ChildProcess; baseUrl: string }> {
  const child = spawn(process.execPath, [...tsx, 'src/server.ts'], {
    env: { ...environment, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { message: string; port?: number };
    if (entry.message === 'api listening') return { child, baseUrl: `http://127.0.0.1:${entry.port}` };
  }
  throw new Error('The API ended before it listened.');
}

test('a process without a key that is in use does not start, and names it', async () => {
  const secrets = createConfigSecrets(
    createKeyring([{ id: 'lost-key', key: randomBytes(32) }]),
    createReferenceReader({ allow: [], env: {}, folder: null }),
  );
  const sourceId = randomUUID();
  const config = {
    baseUrl: 'https://hr.example.org',
    auth: { type: 'bearer', token: 't' },
    users: { path: '/', id: 'id' },
  };
  const sealed = secrets.seal({ sourceId, schema: httpJsonOptions, config });
  const row = { id: sourceId, name: 'sealed', title: 'x', type: 'http-json', matchKeys: [], redact: [] };
  await database.db.prisma.source.create({ data: { ...row, ...sealed } as never });
  const start = (script: string) => promisify(execFile)(process.execPath, [...tsx, script], { env: environment });
  const ends = await Promise.allSettled([start('src/server.ts'), start('workers/main.ts')]);
  for (const end of ends)
    expect(end).toMatchObject({
      status: 'rejected',
      reason: { code: 1, stderr: expect.stringContaining('"lost-key"') },
    });
  await database.db.prisma.source.delete({ where: { id: sourceId } });
});

test('the keys command makes, lists and revokes keys, and needs nothing but the database', async () => {
  const { stdout } = await keys('create', '--role', 'admin', '--name', 'first', '--json');
  const made = JSON.parse(stdout) as { id: string; key: string; role: string };
  expect(Object.keys(made)).toEqual(['id', 'key', 'role']);
  expect(made.key).toMatch(/^rck_/);
  const narrowed = await keys('create', '--role', 'operator', '--name', 'pusher', '--source', 'api', '--push-only');
  expect(narrowed.stdout).toMatch(/rck_[0-9a-f]{32}_/);
  expect((await keys('list')).stdout).toMatch(/active\s+admin\s+first/);
  expect((await keys('revoke', made.id)).stdout).toContain('Revoked');
  expect((await keys('list')).stdout).toMatch(/revoked\s+admin\s+first/);
  await expect(keys('create', '--role', 'king', '--name', 'x')).rejects.toMatchObject({ code: 2 });
  await expect(keys('create', '--role', 'admin', '--name', 'x', '--source', 'missing')).rejects.toMatchObject({
    code: 1,
  });
  await expect(keys('revoke', 'nonsense')).rejects.toMatchObject({ code: 1 });
});

test('R46: two APIs serve one database; SIGTERM ends one with 0, and what it is answering is answered', async () => {
  const { stdout } = await keys('create', '--role', 'admin', '--name', 'e2e', '--json');
  const { key } = JSON.parse(stdout) as { key: string };
  const [one, two] = await Promise.all([startServer(), startServer()]);
  const [first, second] = [createApiClient(one.baseUrl, key), createApiClient(two.baseUrl, key)];
  expect((await first.get('/readyz')).status).toBe(200);
  await first.post('/sources', { name: 'mine', type: 'push' });
  expect((await second.get('/sources/mine')).status).toBe(200);

  const waiting = first.post('/sources/mine/records?wait=60', { kind: 'user', records: [{ uid: '1' }] });
  while ((await database.db.prisma.push.count()) === 0) await new Promise(setImmediate);
  const events = await fetch(`${one.baseUrl}/api/v1/tasks/${(await second.get('/tasks')).body.items[0].id}/events`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const ended = once(one.child, 'exit');
  one.child.kill('SIGTERM');
  expect((await waiting).status).toBe(202);
  expect(await events.text()).toContain('event: status');
  expect(await ended).toEqual([0, null]);
  expect((await second.get('/sources/mine')).status).toBe(200);
  const secondEnded = once(two.child, 'exit');
  two.child.kill('SIGTERM');
  expect(await secondEnded).toEqual([0, null]);
});

test('the same Sync pressed on two APIs at once makes one task', async () => {
  const { stdout } = await keys('create', '--role', 'admin', '--name', 'e2e', '--json');
  const { key } = JSON.parse(stdout) as { key: string };
  const servers = await Promise.all([startServer(), startServer()]);
  const clients = servers.map(({ baseUrl }) => createApiClient(baseUrl, key));
  await clients[0]!.post('/sources', {
    name: 'hr',
    type: 'csv',
    title: 'HR',
    config: { users: { file: 'users.csv' } },
  });
  const presses = Array.from({ length: 10 }, (_, at) => clients[at % 2]!.post('/sources/hr/sync', {}));
  const answers = await Promise.all(presses);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ body }) => body.id as string)).size).toBe(1);
  for (const { child } of servers) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
});

test('an uncaught fault ends the API with 1, in order', async () => {
  const plugin = join(logDir, 'faulty.mjs');
  await writeFile(
    plugin,
    `export function register() { process.once('SIGUSR2', () => Promise.reject(new Error('boom'))); }`,
  );
  const { child, baseUrl } = await startServer({ PLUGINS: plugin });
  expect((await createApiClient(baseUrl).get('/healthz')).status).toBe(200);
  const ended = once(child, 'exit');
  child.kill('SIGUSR2');
  expect(await ended).toEqual([1, null]);
});

test('a database that lacks migrations is refused with what to do', async () => {
  await database.db.pool.query(`DELETE FROM _prisma_migrations`);
  const start = promisify(execFile)(process.execPath, [...tsx, 'src/server.ts'], { env: environment });
  await expect(start).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('npm run migrate') as string });
});
