import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createOpenConfig } from '../open-config.js';
import { createKeyring, type SecretKey } from '../sealing/keyring.js';
import { createConfigSecrets } from '../config-secrets.js';
import { httpJsonAdapter } from '../../sources/http-json/http-json.adapter.js';
import { httpJsonOptions } from '../../sources/http-json/http-json-options.js';
import { createReferenceReader } from '../reference-reader.js';
import { SourceRegistry } from '../../sources/source-registry.js';
import { createEngine, type Engine, type TestSource } from '../../testing/worlds/engine.js';
import { type FakeJsonApi, startFakeJsonApi } from '../../testing/fakes/fake-json-api.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { waitFor } from '../../testing/wait-for.js';
import { createErasureKey } from './erasure-key.store.js';
import { countKeysInUse, keysNotOn } from './keys-in-use.store.js';

const newKey = (id: string): SecretKey => ({ id, key: randomBytes(32) });
const [k1, k2] = [newKey('k1'), newKey('k2')];
const noReferences = createReferenceReader({ allow: [], env: {}, folder: null });
const withKeys = (...keys: SecretKey[]) => createConfigSecrets(createKeyring(keys), noReferences);
const SOURCES = 60;
const TOKENS = Array.from({ length: SOURCES }, (_, at) => `token-${at}`);
/** The exchange is killed before this one. */
const HELD = 30;
/** Some that are exchanged before it, and some after. */
const SYNCED = [0, 1, 2, 57, 58, 59];
const optionsOf = (at: number) => ({
  baseUrl: api.baseUrl,
  auth: { type: 'bearer', token: TOKENS[at]! },
  users: { path: '/v1/employees', items: 'data.items', id: 'id' },
});

let database: TestDatabase;
let engine: Engine;
let logDir: string;
const sources: TestSource[] = [];
const registry = new SourceRegistry();
const adapter = httpJsonAdapter(createJsonWorld());
registry.register(adapter);
let api: FakeJsonApi;

beforeAll(async () => {
  logDir = await mkdtemp(join(tmpdir(), 'rollcall-logs-'));
  database = await createTestDatabase();
  api = await startFakeJsonApi();
  // Each token sees a person of its own; any other one is refused.
  api.onRequest = ({ headers }) => {
    const token = headers.authorization?.slice('Bearer '.length) ?? '';
    if (!TOKENS.includes(token)) return { status: 401, json: {} };
    return { json: { data: { items: [{ id: token, username: token }] } } };
  };
  engine = createEngine(database.db, { adapters: [adapter] });
  for (let at = 0; at < SOURCES; at += 1) sources.push(await addSealed(at));
});
afterAll(async () => {
  await api.stop();
  await database.drop();
  await rm(logDir, { recursive: true, force: true });
});

/** Sealed with the old key. */
async function addSealed(at: number): Promise<TestSource> {
  const source = await engine.addSource(`hr-${at}`, { type: 'http-json' });
  const sourceId = source.id;
  const options = optionsOf(at);
  const stored = withKeys(k1).seal({ sourceId, schema: httpJsonOptions, config: options });
  await database.db.prisma.source.update({ where: { id: sourceId }, data: stored as never });
  return source;
}

function rotate(keys: readonly SecretKey[], ...words: string[]): { child: ChildProcess; said: () => string } {
  const text = keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');
  const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, SECRET_KEYS: text, LOG_DIR: logDir };
  const args = ['--import', 'tsx', resolve('src/cli/main.ts'), 'secrets', ...words];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const keep = (chunk: Buffer) => (printed += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return { child, said: () => printed };
}

async function ended({ child, said }: ReturnType<typeof rotate>): Promise<[number | null, string]> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return [child.exitCode, said()];
}

/** What a worker does with each source before it reads it: its row as it is, its token in clear. */
async function openAll(openConfig: ReturnType<typeof createOpenConfig>): Promise<string[]> {
  const rows = await database.db.prisma.source.findMany({ where: { type: 'http-json' }, orderBy: { id: 'asc' } });
  return rows.map((row) => (openConfig(row) as { auth: { token: string } }).auth.token);
}

const inUse = () => countKeysInUse(database.db.prisma);

/** A worker's loop: reads sources again and again with the given keys, until it is stopped. */
function syncAgainAndAgain(...keys: SecretKey[]): { stop(): Promise<string[]> } {
  const openConfig = createOpenConfig(registry, withKeys(...keys));
  Object.assign(engine.deps, { openConfig });
  const statuses: string[] = [];
  let going = true;
  const loop = (async () => {
    for (let round = 0; going; round += 1) {
      const { task } = await engine.sync(sources[SYNCED[round % SYNCED.length]!]!);
      statuses.push(task.errorMessage ?? String(task.pulled));
    }
  })();
  return { stop: async () => ((going = false), await loop, statuses) };
}

/** Keeps the exchange from going past one source, until it is let go. */
async function holdAt(source: TestSource): Promise<() => Promise<void>> {
  const client = await database.db.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM sources WHERE id = $1 FOR UPDATE', [source.id]);
  return async () => {
    await client.query('ROLLBACK');
    client.release();
  };
}

test('keys are exchanged while a worker syncs; the exchange is killed in the middle and goes on', async () => {
  expect(await inUse()).toEqual(new Map([['k1', SOURCES]]));
  const worker = syncAgainAndAgain(k2, k1);
  const letGo = await holdAt(sources[HELD]!);
  const first = rotate([k2, k1], 'rotate');
  await waitFor(async () => (await inUse()).get('k2') === HELD);
  first.child.kill('SIGKILL');
  expect((await ended(first))[0]).toBeNull();
  await letGo();
  expect(await inUse()).toEqual(
    new Map([
      ['k2', HELD],
      ['k1', SOURCES - HELD],
    ]),
  );

  const [code, said] = await ended(rotate([k2, k1], 'rotate'));
  expect([code, said]).toEqual([0, expect.stringContaining(`${SOURCES - HELD} changed.`)]);
  expect(said).toContain('No key but "k2" is needed.');
  const [again, saidAgain] = await ended(rotate([k2, k1], 'rotate', '--new-data-keys', '--json'));
  expect([again, JSON.parse(saidAgain)]).toMatchObject([0, { newest: 'k2', changed: SOURCES, failed: [] }]);
  const statuses = await worker.stop();
  expect(new Set(statuses)).toEqual(new Set(['true']));
  expect(statuses.length).toBeGreaterThan(SYNCED.length);

  const alone = syncAgainAndAgain(k2);
  const asked = api.requests.length;
  await waitFor(() => Promise.resolve(api.requests.length > asked + SYNCED.length));
  expect(new Set(await alone.stop())).toEqual(new Set(['true']));
  expect(await openAll(createOpenConfig(registry, withKeys(k2)))).toEqual(TOKENS);
  expect(keysNotOn(createKeyring([k2]), await inUse())).toEqual([]);
  const audited = await database.db.prisma.auditEntry.count({ where: { action: 'source.rotate' } });
  expect(audited).toBe(2 * SOURCES);
});

test('a key that is not given is named, and nothing is changed', async () => {
  const [code, said] = await ended(rotate([k1], 'rotate'));
  expect(code).toBe(1);
  expect(said).toContain('add it to SECRET_KEYS');
  expect(keysNotOn(createKeyring([k1]), await inUse())).toEqual(['k2']);
  expect(await inUse()).toEqual(new Map([['k2', SOURCES]]));
});

test('the key of erasures goes along, and stays the same', async () => {
  const { prisma } = database.db;
  const before = await createErasureKey(createKeyring([k1])).open(prisma);
  expect((await inUse()).get('k1')).toBe(1);
  const [code, said] = await ended(rotate([k2, k1], 'rotate'));
  expect([code, said]).toEqual([0, expect.stringContaining('No key but "k2" is needed.')]);
  expect(await createErasureKey(createKeyring([k2])).open(prisma)).toEqual(before);
  expect(await prisma.auditEntry.count({ where: { action: 'erasures.rotate' } })).toBe(1);
  expect((await ended(rotate([k1], 'rotate')))[1]).toContain('the key of erasures:');
});
