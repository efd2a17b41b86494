import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { SecretReferenceError } from '../domain/errors.js';
import { csvAdapter } from '../sources/csv/csv.adapter.js';
import { httpJsonAdapter } from '../sources/http-json/http-json.adapter.js';
import { ldapAdapter } from '../sources/ldap/ldap.adapter.js';
import type { SourceAdapter } from '../sources/source-adapter.js';
import { createEngine, type Engine } from '../testing/worlds/engine.js';
import { type FakeJsonApi, startFakeJsonApi } from '../testing/fakes/fake-json-api.js';
import { createJsonWorld } from '../testing/worlds/json-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const httpJson = httpJsonAdapter(createJsonWorld());
const USERS = { path: '/v1/employees', items: 'data.items', id: 'id', fields: { username: 'login' } };
const UNITS = { path: '/v1/units', items: 'data.items', id: 'id' };
const COUNTED = { total: 'data.total' };

let database: TestDatabase;
let engine: Engine;
let folder: string;
let api: FakeJsonApi;
let made = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'required-kinds-'));
  engine = createEngine(database.db, { adapters: [httpJson, csvAdapter({ root: folder })] });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});
afterEach(() => api.stop());

async function sync(
  adapter: { readonly type: string; readonly configSchema: SourceAdapter['configSchema'] },
  given: object,
) {
  made += 1;
  const config = adapter.configSchema.parse(given) as object;
  const source = await engine.addSource(`s${made}`, { type: adapter.type, config, guard: {} });
  const { end, task } = await engine.sync(source);
  const { lastCompleteAt } = await database.db.prisma.source.findUniqueOrThrow({ where: { id: source.id } });
  return { end, code: task.errorCode, complete: lastCompleteAt !== null };
}

async function startApi(): Promise<void> {
  api = await startFakeJsonApi();
  const id = `n${made}`;
  api.lists.set('/v1/employees', [{ id: `${id}-p`, login: `person-${id}` }]);
  api.lists.set('/v1/units', [
    { id: `${id}-top`, name: 'Harbour office', parentId: '0' },
    { id: `${id}-low`, name: 'Quay 4', parentId: `${id}-top` },
  ]);
}

const DONE = { end: 'succeeded', code: null, complete: true };
const OPEN = { end: 'partial', code: 'not_complete', complete: false };

describe('R40: what must be read to its end follows from the options', () => {
  test.each<[name: string, options: object, wrong: string | null, expected: object]>([
    ['departments alone', { departments: UNITS }, null, DONE],
    ['users alone', { users: USERS }, null, DONE],
    ['both', { users: USERS, departments: UNITS }, null, DONE],
    ['departments alone, not to the end', { departments: { ...UNITS, ...COUNTED } }, '/v1/units', OPEN],
    ['users alone, not to the end', { users: { ...USERS, ...COUNTED } }, '/v1/employees', OPEN],
    ['both, users not to the end', { users: { ...USERS, ...COUNTED }, departments: UNITS }, '/v1/employees', OPEN],
    ['both, departments not to the end', { users: USERS, departments: { ...UNITS, ...COUNTED } }, '/v1/units', OPEN],
  ])('http-json: %s', async (_name, options, wrong, expected) => {
    await startApi();
    api.onRequest = ({ path }) =>
      path === wrong ? { json: { data: { items: api.lists.get(path), total: 7 } } } : undefined;
    expect(await sync(httpJson, { baseUrl: api.baseUrl, ...options })).toEqual(expected);
  });

  test('an empty list of departments that ends without proof is not complete either', async () => {
    await startApi();
    api.onRequest = () => ({ json: { data: { items: [], total: 3 } } });
    expect(await sync(httpJson, { baseUrl: api.baseUrl, departments: { ...UNITS, ...COUNTED } })).toEqual(OPEN);
  });

  test('a source of departments alone says the same at each sync, and removes what left', async () => {
    await startApi();
    const config = httpJson.configSchema.parse({ baseUrl: api.baseUrl, departments: UNITS }) as object;
    const source = await engine.addSource('twice', { type: 'http-json', config });
    expect((await engine.sync(source)).end).toBe('succeeded');
    api.lists.get('/v1/units')!.pop();
    const second = await engine.sync(source);
    expect([second.end, second.counts['department']]).toEqual(['succeeded', expect.objectContaining({ removed: 1 })]);
  });

  test('secrets that no longer open do not stop a task that is applied already', async () => {
    await startApi();
    const config = httpJson.configSchema.parse({ baseUrl: api.baseUrl, users: USERS }) as object;
    const source = await engine.addSource('sealed', { type: 'http-json', config });
    let opened = 0;
    const openConfig = () => {
      opened += 1;
      if (opened > 1) throw new SecretReferenceError('The variable SOURCE_SECRET_X is not set.');
      return config;
    };
    const once = createEngine(database.db, { adapters: [httpJson], openConfig });
    expect([(await once.sync(source)).end, opened]).toEqual(['succeeded', 2]);
  });

  test.each<[name: string, options: object, files: Record<string, string>]>([
    ['users alone', { users: { file: 'u.csv' } }, { 'u.csv': 'uid,username\n1,csv-one\n' }],
    [
      'both',
      { users: { file: 'u.csv' }, departments: { file: 'd.csv' } },
      { 'u.csv': 'uid,username\n2,csv-two\n', 'd.csv': 'uid,title\nd1,Lighthouse\n' },
    ],
  ])('csv: %s', async (_name, options, files) => {
    await startApi();
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    expect(await sync(csvAdapter({ root: folder }), options)).toEqual(DONE);
  });

  test.each([
    [null, ['user']],
    [{}, ['user', 'department']],
  ])('ldap: departments %j', async (departments, expected) => {
    await startApi();
    const adapter = ldapAdapter();
    const given = { url: 'ldaps://a.example', bindDn: 'cn=r', bindPassword: 'x', preset: 'ad', baseDn: 'dc=a' };
    const config = adapter.configSchema.parse({ ...given, users: {}, departments });
    expect(adapter.requiredKinds?.(config)).toEqual(expected);
  });
});
