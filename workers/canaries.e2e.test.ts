import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount } from '../src/access/accounts/account.store.js';
import { hashPassword } from '../src/access/passwords/password-hash.js';
import { freePort } from '../src/platform/free-port.js';
import { databaseTexts } from '../src/testing/canaries/database-texts.js';
import { type FollowedStream, followStream } from '../src/testing/canaries/follow-stream.js';
import { logFiles } from '../src/testing/canaries/log-files.js';
import { optionsOfSources } from '../src/testing/canaries/options-of-sources.js';
import { redisValues } from '../src/testing/canaries/redis-values.js';
import { secrets } from '../src/testing/canaries/secrets.js';
import { startEchoServers, type EchoServers } from '../src/testing/canaries/start-echo-servers.js';
import { hasDebianPackage } from '../src/testing/servers/debian-package.js';
import { type Canary, findSecretsIn, formsOf, type Haystack } from '../src/testing/find-secrets.js';
import { startOidcProvider, type OidcProvider } from '../src/testing/servers/oidc-provider.js';
import { startTestRedis, type TestRedis } from '../src/testing/servers/redis.js';
import { makeTestCertificates } from '../src/testing/servers/test-certificates.js';
import { startSystem, type System } from '../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';

const maybe =
  hasDebianPackage('redis-server', 'redis-server') && hasDebianPackage('openssl', 'openssl') ? test : test.skip;

let folder: string;
let database: TestDatabase;
let redis: TestRedis;
let oidc: OidcProvider;
let echoServers: EchoServers;
let metricsPort: number;
let system: System;
/** Everything that the API answered. */
const answers: Haystack[] = [];
/** Every stream of events that was opened. */
const streams: FollowedStream[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-canaries-'));
  const { certFile, keyFile, ca } = await makeTestCertificates(folder);
  echoServers = await startEchoServers({
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
    ca,
  });
  await mkdir(join(folder, 'laid-out'));
  await writeFile(join(folder, 'laid-out', 'token'), `${secrets.file}\n`);
  oidc = await startOidcProvider({ id: 'rollcall', secret: secrets.oidcClientSecret });
  database = await createTestDatabase();
  redis = await startTestRedis();
  metricsPort = await freePort();
  system = await startSystem({ databaseUrl: database.url, redisUrl: redis.url, env: environment() });
});
afterAll(async () => {
  await system?.stop();
  await redis?.close();
  await database?.drop();
  await oidc?.stop();
  await echoServers?.stop();
  await rm(folder, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  return {
    LOG_LEVEL: 'debug',
    SOURCE_SECRET_CANARY: secrets.variable,
    SOURCE_SECRETS_DIR: join(folder, 'laid-out'),
    WORKER_METRICS_PORT: String(metricsPort),
    PUBLIC_URL: 'http://127.0.0.1:3000',
    OIDC_ISSUER: oidc.issuer,
    OIDC_CLIENT_ID: 'rollcall',
    OIDC_CLIENT_SECRET: secrets.oidcClientSecret,
    OIDC_ROLE_MAP: 'staff=viewer',
  };
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(system.baseUrl + path, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...('cookie' in headers || 'origin' in headers ? {} : { authorization: `Bearer ${system.key}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const heads = [...response.headers].filter(([name]) => name !== 'set-cookie');
  answers.push({ from: `${method} ${path}`, text: `${JSON.stringify(heads)} ${text}` });
  return { status: response.status, text, headers: response.headers };
}

/** Opens a stream, with the key unless a session is given. */
async function follow(path: string, headers: Record<string, string> = { authorization: `Bearer ${system.key}` }) {
  streams.push(await followStream(system.baseUrl + path, headers));
}

/** Makes each source, changes it, tries it out, lets a worker fail at it, and lets its callbacks be refused. */
async function useSources(): Promise<void> {
  for (const [name, { type, config }] of Object.entries(optionsOfSources(echoServers))) {
    const made = await call('POST', '/api/v1/sources', { name, type, title: name, config });
    expect([name, made.status, made.status === 201 ? '' : made.text]).toEqual([name, 201, '']);
    const shown = JSON.parse(made.text) as { config: object };
    expect((await call('PATCH', `/api/v1/sources/${name}`, { config: shown.config })).status).toBe(200);
    expect(JSON.parse((await call('POST', `/api/v1/sources/${name}/check`)).text)).toMatchObject({ ok: false });
    const task = JSON.parse((await call('POST', `/api/v1/sources/${name}/sync`, {})).text) as { id: string };
    await follow(`/api/v1/tasks/${task.id}/events`);
    expect([name, (await system.untilEnded(task.id)).status]).toEqual([name, 'failed']);
  }
  const ldap = optionsOfSources(echoServers)['ldap']!.config;
  const changed = { config: { ...ldap, bindPassword: secrets.ldapPasswordAfterPatch } };
  expect((await call('PATCH', '/api/v1/sources/ldap', changed)).status).toBe(200);
  await call('POST', '/api/v1/sources/ldap/check');
  await call('POST', '/api/v1/source-types/http-json/check', {
    config: {
      ...optionsOfSources(echoServers)['bearer']!.config,
      auth: { type: 'bearer', token: secrets.checkedOnly },
    },
  });
  for (const name of ['wecom', 'dingtalk', 'feishu']) {
    const said = { token: secrets.feishuToken, encrypt: 'AAAA', Encrypt: secrets.wecomToken, type: 'url_verification' };
    expect((await call('POST', `/hooks/${name}?signature=x&msg_signature=x&nonce=1&timestamp=1`, said)).status).toBe(
      403,
    );
  }
}

/** Options that are refused, with a secret where it doesn't belong or of a type that it doesn't have. */
async function sendMistakes(): Promise<void> {
  const send = (type: string, config: unknown) =>
    call('POST', '/api/v1/sources', { name: 'bad', type, title: 'x', config });
  const { ldap, bearer } = optionsOfSources(echoServers);
  const { wrongType, wrongPlace, urlPasswordCsv, urlPasswordJson } = secrets;
  const refused = [
    await send('ldap', { ...ldap!.config, bindPassword: [wrongType], users: wrongType }),
    await send('ldap', { ...ldap!.config, url: `ldaps://reader:${wrongPlace}@127.0.0.1`, filter: wrongPlace }),
    await send('http-json', { ...bearer!.config, auth: { type: wrongType, token: { $env: wrongPlace } } }),
    await send('http-json', {
      ...bearer!.config,
      auth: { type: 'bearer', token: { $file: `../${wrongPlace}`, and: wrongType } },
    }),
    await send('wecom', { corpId: 1, appSecret: { a: wrongType }, callback: { token: 'x', aesKey: wrongPlace } }),
    await call('POST', '/api/v1/sources', { name: wrongPlace, type: wrongType, config: wrongType }),
    await call('PATCH', '/api/v1/sources/ldap', { config: wrongType, priority: wrongType }),
    await call('POST', '/api/v1/source-types/ldap/check', { config: { bindPassword: { wrongType } } }),
  ];
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 422));
  const check = (type: string, config: unknown) => call('POST', `/api/v1/source-types/${type}/check`, { config });
  await check('csv', { users: { url: `https://reader:${urlPasswordCsv}@127.0.0.1/users.csv` } });
  await check('http-json', { ...bearer!.config, baseUrl: `https://reader:${urlPasswordJson}@127.0.0.1:1` });
  const { urlParameter } = secrets;
  const inAddress = { ...bearer!.config, baseUrl: `https://127.0.0.1:1/?Access%5FToken=${urlParameter}` };
  expect((await send('http-json', inAddress)).status).toBe(422);
  const csv = { users: { url: `https://127.0.0.1:1/users.csv#access_token=${urlParameter}` } };
  expect((await send('csv', csv)).status).toBe(422);
}

/** Signs in, rightly and wrongly. @returns the session's cookie. */
async function signIn(): Promise<string> {
  const passwordHash = await hashPassword(secrets.accountPassword);
  await createAccount(database.db.prisma, { username: 'ada', role: 'admin', passwordHash, createdBy: 'test' });
  const origin = { origin: 'http://127.0.0.1:3000' };
  const wrong = { username: 'unknown', password: secrets.accountPassword };
  expect((await call('POST', '/api/v1/session', wrong, origin)).status).toBe(401);
  await call('POST', '/api/v1/session', { username: 'ada', password: { secret: secrets.accountPassword } }, origin);
  const right = await call('POST', '/api/v1/session', { username: 'ada', password: secrets.accountPassword }, origin);
  expect([right.status, right.status < 300 ? '' : right.text]).toEqual([expect.any(Number), '']);
  await call('GET', '/api/v1/session/oidc', undefined, origin);
  return right.headers.getSetCookie()[0]!.split(';')[0]!;
}

/** Asks every GET route of the API and Bull Board. */
async function readAll(cookie: string): Promise<void> {
  const api = JSON.parse((await call('GET', '/api/openapi.json')).text) as { paths: Record<string, { get?: object }> };
  const task = await database.db.prisma.syncTask.findFirstOrThrow();
  const source = await database.db.prisma.source.findFirstOrThrow({ where: { name: 'ldap' } });
  const paths = Object.entries(api.paths).filter(([path, { get }]) => get && !path.endsWith('events'));
  for (const [path] of paths) {
    const id = path.includes('/tasks/') ? task.id : source.id;
    const filled = path
      .replace('{name}', 'ldap')
      .replace('{id}', id)
      .replaceAll(/\{\w+\}/g, '1');
    await call('GET', filled);
    await call('GET', filled, undefined, { cookie });
  }
  expect(paths.length).toBeGreaterThan(20);
  const board = await call(
    'GET',
    '/admin/queues/api/queues?activeQueue=rollcall-sync&status=failed&jobsPerPage=100',
    undefined,
    { cookie },
  );
  expect([board.status, board.text]).toEqual([200, expect.stringContaining('taskId')]);
}

/** The metrics of the API and of the worker's own port, which requires no key. */
async function readMetrics(): Promise<void> {
  await call('GET', '/metrics');
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  expect(answer.status).toBe(200);
  answers.push({ from: "worker's metrics", text: await answer.text() });
}

/** Where the search must have found something to look through. */
const PLACES = [
  ...['GET /api/v1/tasks', 'GET /metrics', "worker's metrics", 'events /api/v1/task-events', 'events /api/v1/tasks/'],
  ...['redis bull:', 'table public.sync_tasks', 'file public.sync_tasks', 'table pg_catalog.pg_statistic'],
  ...['view pg_catalog.pg_stat_activity', 'log ', 'stdout'],
];

maybe('28 secrets are put in on every way, and come out nowhere', async () => {
  const cookie = await signIn();
  await follow('/api/v1/task-events');
  await follow('/api/v1/task-events', { cookie });
  await useSources();
  await sendMistakes();
  await readAll(cookie);
  await readMetrics();
  const events = await Promise.all(streams.map((stream) => stream.read()));
  const stored = [...(await redisValues(redis.url)), ...(await databaseTexts(database.db.pool))];
  const written = [...(await logFiles(system.logDir)), { from: 'stdout', text: system.said() }];
  const given: Canary[] = Object.entries(secrets).map(([name, text]) => ({ name, text }));
  expect(given).toHaveLength(28);
  // What is left of a secret where a mask stumbles over its signs, or a text was cut.
  const beginnings = given.map(({ name, text }) => ({ name: `the beginning of ${name}`, text: text.slice(0, 20) }));
  const made = [
    { name: 'session', text: String(cookie.split('=')[1]) },
    { name: 'API key', text: system.key },
  ];
  const everything = [...answers, ...events, ...stored, ...written];
  expect(findSecretsIn(everything, [...given, ...beginnings, ...made])).toEqual([]);

  // The search sees what is there: each place has texts, and a secret planted into one is found.
  for (const place of PLACES)
    expect(everything.filter(({ from, text }) => from.startsWith(place) && text.length > 100)).not.toEqual([]);
  const planted = given.map(({ text }) => ({ from: 'plant', text: formsOf(text).at(-1)! }));
  expect(findSecretsIn(planted, given)).toHaveLength(28);
  // And the secrets were at work: the refused systems were asked with them.
  const failed = await database.db.prisma.syncTask.findMany({ where: { status: 'failed' } });
  expect(new Set(failed.map((task) => task.errorCode))).toEqual(new Set(['source_auth', 'secret_reference']));
});
