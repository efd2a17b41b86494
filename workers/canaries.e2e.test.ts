import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createAccount } from '../src/http/auth/account.store.js';
import { hashPassword } from '../src/http/auth/password-hash.js';
import { hasDebianPackage } from '../src/testing/debian-package.js';
import { type FakeHttp, startFakeHttp } from '../src/testing/fake-http.js';
import { type Canary, findSecretsIn, formsOf, type Haystack } from '../src/testing/find-secrets.js';
import { startOidcProvider, type OidcProvider } from '../src/testing/oidc-provider.js';
import { startTestRedis, type TestRedis } from '../src/testing/redis.js';
import { makeTestCertificates } from '../src/testing/test-certificates.js';
import { startSystem, type System } from '../src/testing/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.js';

const maybe =
  hasDebianPackage('redis-server', 'redis-server') && hasDebianPackage('openssl', 'openssl') ? test : test.skip;

/** Secrets that must fit no pattern have characters that are written otherwise in JSON, addresses and forms. */
const odd = () => `c4nary-${randomBytes(12).toString('hex')}/+&%"`;
const plain = () => `c4nary${randomBytes(32).toString('hex')}`.slice(0, 43);

/** 25 secrets by the way that they take. */
const secrets = {
  ldapPassword: odd(),
  ldapPasswordAfterPatch: odd(),
  wecomApp: odd(),
  wecomContacts: odd(),
  wecomToken: odd(),
  wecomAesKey: plain(),
  dingtalkApp: odd(),
  dingtalkToken: odd(),
  dingtalkAesKey: plain(),
  feishuApp: odd(),
  feishuEncrypt: odd(),
  feishuToken: odd(),
  basicPassword: odd(),
  bearerToken: plain(),
  headerKey: plain(),
  oauthClientSecret: odd(),
  checkedOnly: plain(),
  urlPasswordJson: plain(),
  urlPasswordCsv: plain(),
  wrongType: odd(),
  wrongPlace: odd(),
  variable: plain(),
  file: plain(),
  accountPassword: odd(),
  oidcClientSecret: plain(),
};

let folder: string;
let ca: string;
let database: TestDatabase;
let redis: TestRedis;
let oidc: OidcProvider;
let echo: FakeHttp;
let directory: Server;
let system: System;
/** Everything that the API answered. */
const answers: Haystack[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-canaries-'));
  const certificates = await makeTestCertificates(folder);
  const tls = {
    cert: await readFile(certificates.certFile, 'utf8'),
    key: await readFile(certificates.keyFile, 'utf8'),
  };
  ({ ca } = certificates);
  await mkdir(join(folder, 'laid-out'));
  await writeFile(join(folder, 'laid-out', 'token'), `${secrets.file}\n`);
  // Refuses everybody, and says all that it was told: the worst that another system can do.
  echo = await startFakeHttp(({ path, query, headers, body }) => {
    const told = JSON.stringify({ path, query: [...query], headers, body });
    return {
      status: 401,
      json: { errcode: 40_001, code: 99_991_663, errmsg: told, msg: told, message: told, error: told },
    };
  }, tls);
  directory = createTlsServer(tls, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request: Buffer) => socket.write(refuseBind(request)));
  }).listen(0, '127.0.0.1');
  await once(directory, 'listening');
  oidc = await startOidcProvider({ id: 'rollcall', secret: secrets.oidcClientSecret });
  database = await createTestDatabase();
  redis = await startTestRedis();
  system = await startSystem({ databaseUrl: database.url, redisUrl: redis.url, env: environment() });
});
afterAll(async () => {
  await system?.stop();
  await redis?.close();
  await database?.drop();
  await oidc?.stop();
  await echo?.stop();
  directory?.close();
  await rm(folder, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  return {
    LOG_LEVEL: 'debug',
    SOURCE_SECRET_CANARY: secrets.variable,
    SOURCE_SECRETS_DIR: join(folder, 'laid-out'),
    PUBLIC_URL: 'http://127.0.0.1:3000',
    OIDC_ISSUER: oidc.issuer,
    OIDC_CLIENT_ID: 'rollcall',
    OIDC_CLIENT_SECRET: secrets.oidcClientSecret,
    OIDC_ROLE_MAP: 'staff=viewer',
  };
}

/** RFC 4511: a BindResponse with invalidCredentials, whose text is the request itself, password and all. */
function refuseBind(request: Buffer): Buffer {
  const told = request.subarray(0, 100);
  const response = Buffer.concat([Buffer.from([0x0a, 1, 49, 0x04, 0, 0x04, told.length]), told]);
  const id = Buffer.from([0x02, 1, request[4] ?? 1]);
  const body = Buffer.concat([id, Buffer.from([0x61, 0x81, response.length]), response]);
  return Buffer.concat([Buffer.from([0x30, 0x81, body.length]), body]);
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

/** The options of one source of every type and way to sign in. */
function configs(): Record<string, { readonly type: string; readonly config: Record<string, unknown> }> {
  const users = { path: '/users', id: 'id' };
  const json = (auth: unknown) => ({ type: 'http-json', config: { baseUrl: echo.baseUrl, ca, auth, users } });
  const { port } = directory.address() as AddressInfo;
  const s = secrets;
  return {
    ldap: {
      type: 'ldap',
      config: {
        ...{ url: `ldaps://127.0.0.1:${port}`, bindDn: 'cn=reader', bindPassword: s.ldapPassword, preset: 'openldap' },
        ...{ baseDn: 'dc=example,dc=org', users: {}, departments: null, tls: { ca } },
      },
    },
    wecom: {
      type: 'wecom',
      config: {
        ...{ corpId: 'ww0123456789', appSecret: s.wecomApp, contactSecret: s.wecomContacts, baseUrl: echo.baseUrl, ca },
        callback: { token: s.wecomToken, aesKey: s.wecomAesKey },
      },
    },
    dingtalk: {
      type: 'dingtalk',
      config: {
        ...{ appKey: 'ding1', appSecret: s.dingtalkApp, baseUrl: echo.baseUrl, newBaseUrl: echo.baseUrl, ca },
        ...{ callbackToken: s.dingtalkToken, callbackAesKey: s.dingtalkAesKey },
      },
    },
    feishu: {
      type: 'feishu',
      config: {
        ...{ appId: 'cli_1', appSecret: s.feishuApp, baseUrl: echo.baseUrl, ca },
        ...{ encryptKey: s.feishuEncrypt, verificationToken: s.feishuToken },
      },
    },
    basic: json({ type: 'basic', username: 'reader', password: s.basicPassword }),
    bearer: json({ type: 'bearer', token: s.bearerToken }),
    header: json({ type: 'apiKey', header: 'X-API-Key', key: s.headerKey }),
    oauth: json({
      ...{ type: 'oauth2', tokenUrl: `${echo.baseUrl}/token` },
      clientId: 'c',
      clientSecret: s.oauthClientSecret,
    }),
    'by-variable': json({ type: 'bearer', token: { $env: 'SOURCE_SECRET_CANARY' } }),
    'by-file': json({ type: 'bearer', token: { $file: 'token' } }),
    'gone-file': json({ type: 'bearer', token: { $file: 'gone' } }),
  };
}

/** Makes each source, changes it, tries it out, lets a worker fail at it, and lets its callbacks be refused. */
async function useSources(): Promise<void> {
  for (const [name, { type, config }] of Object.entries(configs())) {
    const made = await call('POST', '/api/v1/sources', { name, type, title: name, config });
    expect([name, made.status, made.status === 201 ? '' : made.text]).toEqual([name, 201, '']);
    const shown = JSON.parse(made.text) as { config: object };
    expect((await call('PATCH', `/api/v1/sources/${name}`, { config: shown.config })).status).toBe(200);
    expect(JSON.parse((await call('POST', `/api/v1/sources/${name}/check`)).text)).toMatchObject({ ok: false });
    const task = JSON.parse((await call('POST', `/api/v1/sources/${name}/sync`, {})).text) as { id: string };
    expect([name, (await system.untilEnded(task.id)).status]).toEqual([name, 'failed']);
  }
  const ldap = configs()['ldap']!.config;
  const changed = { config: { ...ldap, bindPassword: secrets.ldapPasswordAfterPatch } };
  expect((await call('PATCH', '/api/v1/sources/ldap', changed)).status).toBe(200);
  await call('POST', '/api/v1/sources/ldap/check');
  await call('POST', '/api/v1/source-types/http-json/check', {
    config: { ...configs()['bearer']!.config, auth: { type: 'bearer', token: secrets.checkedOnly } },
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
  const { ldap, bearer } = configs();
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
}

/** Signs in, rightly and wrongly. @returns the session's cookie. */
async function signIn(): Promise<string> {
  const passwordHash = await hashPassword(secrets.accountPassword);
  await createAccount(database.db.prisma, { username: 'ada', role: 'admin', passwordHash, createdBy: 'test' });
  const origin = { origin: 'http://127.0.0.1:3000' };
  const wrong = { username: 'nobody', password: secrets.accountPassword };
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

async function logFiles(of: string): Promise<Haystack[]> {
  const names = await readdir(of, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return Promise.all(
    files.map(async (entry) => ({
      from: `log ${entry.name}`,
      text: await readFile(join(entry.parentPath, entry.name), 'utf8'),
    })),
  );
}

async function redisValues(): Promise<Haystack[]> {
  const client = new Redis(redis.url);
  const texts: Haystack[] = [];
  for (const key of await client.keys('*')) {
    const read = {
      string: () => client.get(key),
      hash: () => client.hgetall(key),
      list: () => client.lrange(key, 0, -1),
      set: () => client.smembers(key),
      zset: () => client.zrange(key, '0', '-1'),
      stream: () => client.xrange(key, '-', '+'),
    }[await client.type(key)];
    texts.push({ from: `redis ${key}`, text: `${key} ${JSON.stringify((await read?.()) ?? null)}` });
  }
  client.disconnect();
  return texts;
}

async function tableRows(): Promise<Haystack[]> {
  const { pool } = database.db;
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const texts: Haystack[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ text: string | null }>(
      `SELECT string_agg(to_jsonb(t)::text, E'\\n') AS text FROM ${name} t`,
    );
    texts.push({ from: `table ${name}`, text: rows[0]?.text ?? '' });
  }
  return texts;
}

maybe('25 secrets are put in on every way, and come out nowhere', async () => {
  await useSources();
  await sendMistakes();
  const cookie = await signIn();
  await readAll(cookie);
  const stored = [...(await redisValues()), ...(await tableRows())];
  const written = [...(await logFiles(system.logDir)), { from: 'stdout', text: system.said() }];
  const given: Canary[] = Object.entries(secrets).map(([name, text]) => ({ name, text }));
  expect(given).toHaveLength(25);
  const made = [
    { name: 'session', text: String(cookie.split('=')[1]) },
    { name: 'API key', text: system.key },
  ];
  const everything = [...answers, ...stored, ...written];
  expect(findSecretsIn(everything, [...given, ...made])).toEqual([]);

  // The search sees what is there: each place has texts, and a secret planted into one is found.
  for (const place of ['GET /api/v1/tasks', 'redis bull:', 'table public.sync_tasks', 'log ', 'stdout'])
    expect(everything.filter(({ from, text }) => from.startsWith(place) && text.length > 100)).not.toEqual([]);
  const planted = given.map(({ text }) => ({ from: 'plant', text: formsOf(text).at(-1)! }));
  expect(findSecretsIn(planted, given)).toHaveLength(25);
  // And the secrets were at work: the refused systems were asked with them.
  const failed = await database.db.prisma.syncTask.findMany({ where: { status: 'failed' } });
  expect(new Set(failed.map((task) => task.errorCode))).toEqual(new Set(['source_auth', 'secret_reference']));
});
