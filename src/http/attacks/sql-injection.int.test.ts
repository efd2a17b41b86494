import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import pg from 'pg';
import type { ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiOperation, listOperations } from '../../testing/worlds/api-document.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { isFreeText } from '../../testing/attacks/operator-objects.js';
import { SQL_MARK, SQL_TEXTS } from '../../testing/attacks/sql-texts.js';

/** Starts the sign-in at a provider, or ends it: no statement, and none is configured here. */
const NO_STATEMENT = ['GET /api/v1/session/oidc', 'GET /api/v1/session/oidc/callback'];

let api: ApiHarness;
let admin: ApiClient;
let operations: readonly ApiOperation[];
let taskId: string;
let before: Record<string, number>;
/** Every text that went to PostgreSQL as a statement, from the harness' pool. */
const statements: string[] = [];

beforeAll(async () => {
  const query = Reflect.get(pg.Client.prototype, 'query') as (...given: unknown[]) => unknown;
  jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    statements.push(textOf(given[0]));
    return query.apply(this, given);
  });
  api = await startApi();
  admin = await api.as('admin');
  operations = listOperations((await api.anonymous().get('/api/openapi.json')).body);
  const pushed = await admin.post('/sources/api/records', { kind: 'user', records: [{ uid: '1' }] });
  taskId = pushed.body.task.id as string;
  await api.database.db.pool.query(`
    INSERT INTO users (id, username, nickname, email, active, attributes, updated_at)
    VALUES (gen_random_uuid(), 'ada', 'Ada', 'ada@example.com', true, '{}', now())`);
  before = await counts();
});
afterAll(async () => {
  await api.stop();
  jest.restoreAllMocks();
});

function textOf(statement: unknown): string {
  return typeof statement === 'string' ? statement : ((statement as { readonly text?: string }).text ?? '');
}

/** Rows by table. */
async function counts(): Promise<Record<string, number>> {
  const { rows } = await api.database.db.pool.query<{ name: string; rows: number }>(`
    SELECT tablename AS name,
      (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', tablename), false, true, '')))[1]::text::int AS rows
    FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('audit_entries', 'sign_in_failures') ORDER BY 1`);
  return Object.fromEntries(rows.map(({ name, rows: count }) => [name, count]));
}

const pathOf = ({ path }: ApiOperation, named: string = taskId) =>
  path.replace('{name}', 'api').replace('{id}', named).replace('{type}', 'push');
const lists = () =>
  operations.filter(({ method, query, name }) => method === 'GET' && query.length > 0 && !NO_STATEMENT.includes(name));

/** Valid values of the other parameters, so that the attacked one reaches its statement. */
function companions({ query }: ApiOperation, name: string): Record<string, string> {
  const wanted: Record<string, string> = { kind: 'user', externalId: '1' };
  const isRecord = query.length === 2 && query.every((one) => one.name in wanted);
  return isRecord ? Object.fromEntries(Object.entries(wanted).filter(([key]) => key !== name)) : {};
}

function askWith(operation: ApiOperation, name: string, text: string) {
  const query = new URLSearchParams({ ...companions(operation, name), [name]: text });
  return admin.send(operation.method, `${pathOf(operation)}?${query}`);
}

/** Cursors are JSON in base64url: hostile parts in every shape that a list has. */
const cursorsOf = (text: string) =>
  [[text], [text, randomUUID()], [randomUUID(), text], [1, text], [text, text, text]].map((parts) =>
    Buffer.from(JSON.stringify(parts)).toString('base64url'),
  );

test('the statements of this process are heard', async () => {
  await admin.get('/users?search=ada');
  expect(statements.some((text) => text.includes('ILIKE'))).toBe(true);
});

test('every parameter of every list, search and CSV answers 4xx or an honest nothing', async () => {
  let free = 0;
  for (const operation of lists()) {
    for (const { name, schema } of operation.query) {
      const texts = name === 'cursor' ? SQL_TEXTS.flatMap(cursorsOf) : SQL_TEXTS;
      for (const text of texts) {
        const answer = await askWith(operation, name, text);
        const what = [operation.name, name, text, answer.status];
        if (name !== 'cursor' && !isFreeText(schema)) expect(what).toEqual([operation.name, name, text, 400]);
        else if (answer.status === 200) expect([...what, foundIn(answer.body, name)]).toEqual([...what, 0]);
        else expect([...what, answer.body.code]).toEqual([...what.slice(0, 3), expect.any(Number), expect.any(String)]);
        expect(answer.status).toBeLessThan(500);
        if (isFreeText(schema)) free += 1;
      }
    }
  }
  expect(free).toBeGreaterThan(300);
});

test('every place of a path is a name, not a part of a statement', async () => {
  const odd: unknown[] = [];
  const places = operations.filter(({ path, method }) => /\{\w+\}/.test(path) && method !== 'DELETE');
  for (const operation of places) {
    for (const text of SQL_TEXTS) {
      const path = operation.path.replace(/\{\w+\}/, encodeURIComponent(text));
      const answer = await api.anonymous().send(operation.method, path, { headers: await asAdmin() });
      if (![400, 404, 422].includes(answer.status)) odd.push([operation.name, text, answer.status]);
    }
  }
  expect(odd).toEqual([]);
});

test('texts that are kept come back letter by letter', async () => {
  for (const [at, text] of SQL_TEXTS.entries()) {
    const name = `kept-${at}`;
    const given = { name, type: 'push', title: text, redact: [text], mapping: { user: { username: text } } };
    expect((await admin.post('/sources', given)).status).toBe(201);
    const { body } = await admin.get(`/sources/${name}`);
    expect(body).toMatchObject({ title: text.trim(), redact: [text], mapping: { user: { username: text } } });
    const key = await admin.post('/keys', { name: text, role: 'viewer' });
    expect([text, key.status, key.body.name]).toEqual([text, 201, text.trim()]);
    expect((await admin.delete(`/keys/${key.body.id}`)).status).toBe(204);
    expect((await admin.delete(`/sources/${name}?confirm=${name}`)).status).toBeLessThan(300);
  }
});

test('sign-in, pushes, reasons and callbacks of such texts are refused or kept, never run', async () => {
  const odd: unknown[] = [];
  for (const text of SQL_TEXTS) {
    const records = [{ uid: text, username: text, attributes: { [text]: text } }];
    const answers = [
      await admin.post('/sources/api/records', { kind: text, records }),
      await admin.post('/sources/api/records', { kind: 'user', matchKey: text, records }),
      await admin.post(`/tasks/${taskId}/reject`, { reason: text }),
      await admin.post(`/tasks/${taskId}/approve`, { planHash: text, reason: text }),
      await admin.post(`/users/${randomUUID()}/erase`, { reason: text, confirm: text }),
      await admin.post(`/api/userData:retry?id=${encodeURIComponent(text)}&sourceId=${encodeURIComponent(text)}`),
      await admin.post(`/api/userData:pull?name=${encodeURIComponent(text)}`),
      await admin.post('/api/userData:push', { dataType: 'user', records, sourceName: text }),
    ];
    for (const [at, { status }] of answers.entries())
      if (![400, 403, 404, 409, 422].includes(status)) odd.push([text, at, status]);
    if (text.length % 5 !== 0) continue;
    const signedIn = await api.anonymous().post('/session', { username: text, password: text });
    if (![401, 429].includes(signedIn.status)) odd.push([text, 'sign-in', signedIn.status]);
  }
  expect(odd).toEqual([]);
});

test('no such text stood in a statement, and every table has the rows that it had', async () => {
  expect(statements.length).toBeGreaterThan(1_000);
  expect(statements.filter((text) => text.includes(SQL_MARK))).toEqual([]);
  // New keys are audited, and the first entry makes the head of the chain.
  expect(await counts()).toEqual({ ...before, api_keys: expect.any(Number), audit_head: 1 });
  expect((await admin.get('/users?search=ada')).body.items).toHaveLength(1);
});

let adminHeaders: Record<string, string> | undefined;
async function asAdmin(): Promise<Record<string, string>> {
  return (adminHeaders ??= { authorization: `Bearer ${await api.newKey('admin')}` });
}

/** How much a filter found. A cursor is a place in an order: what stands behind it is an honest answer. */
function foundIn(body: unknown, parameter: string): number {
  if (parameter === 'cursor') return 0;
  if (typeof body === 'string') return body.trim().split('\n').length - 1;
  return (body as { readonly items?: unknown[] }).items?.length ?? 0;
}
