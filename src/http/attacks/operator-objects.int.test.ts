import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiOperation, listOperations } from '../../testing/worlds/api-document.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { bodiesWithUnknownKey, wrongBodies } from '../../testing/attacks/operator-objects.js';
import { problemSchema } from '../core/problem.js';

/** Queries that take what they do not know, and why. */
const LOOSE: Readonly<Record<string, string>> = {
  'GET /api/v1/session/oidc/callback': 'providers add parameters of their own; openid-client checks them',
  'POST /api/userData:pull': 'clients of the compatible API send more than it reads',
  'POST /api/userData:retry': 'clients of the compatible API send more than it reads',
};

let api: ApiHarness;
let admin: ApiClient;
let operations: readonly ApiOperation[];

beforeAll(async () => {
  api = await startApi();
  admin = await api.as('admin');
  operations = listOperations((await api.anonymous().get('/api/openapi.json')).body);
});
afterAll(() => api.stop());

const addressOf = ({ path }: ApiOperation) =>
  path.replace('{name}', 'api').replace('{id}', randomUUID()).replace('{type}', 'push');
const withQuery = () => operations.filter(({ query }) => query.length > 0);
const withBody = () => operations.filter(({ body }) => body?.properties !== undefined);
const strict = () => withQuery().filter(({ name }) => !(name in LOOSE));

const ask = (operation: ApiOperation, query: string, body?: unknown) =>
  admin.send(operation.method, addressOf(operation) + query, { body });

test('the document has bodies and queries enough to be the real one', () => {
  expect(withBody().length).toBeGreaterThanOrEqual(12);
  expect(withQuery().length).toBeGreaterThanOrEqual(18);
  const names = operations.map(({ name }) => name);
  expect(Object.keys(LOOSE).filter((name) => !names.includes(name))).toEqual([]);
});

test('every field of every body refuses objects and lists that a database could take for a condition, by name', async () => {
  let asked = 0;
  for (const operation of withBody()) {
    for (const { at, body } of wrongBodies(operation.body!)) {
      const answer = await ask(operation, '', body);
      const what = [operation.name, at, JSON.stringify(body)];
      expect([...what, answer.status, answer.body.code]).toEqual([...what, 422, 'invalid_request']);
      const named = problemSchema.parse(answer.body).errors?.map(({ path }) => path) ?? [];
      expect([...what, named.some((path) => path === at || path.startsWith(`${at}.`))]).toEqual([...what, true]);
      asked += 1;
    }
  }
  expect(asked).toBeGreaterThan(400);
});

test('every parameter of every query is one text: no object, no list, no condition in brackets', async () => {
  for (const operation of withQuery()) {
    for (const { name } of operation.query) {
      const wrong = [`${name}=a&${name}=b`, ...(operation.name in LOOSE ? [] : inBrackets(name))];
      for (const query of wrong) {
        const answer = await ask(operation, `?${query}`);
        const said = operation.path.startsWith('/api/userData') ? answer.body.data.message : answer.body.code;
        const what = [operation.name, query];
        expect([...what, answer.status]).toEqual([...what, 400]);
        expect([...what, said]).toEqual([...what, expect.stringMatching(/^invalid_request$|is not valid/)]);
      }
    }
  }
});

test('every body and every object in it refuses a key that it does not know', async () => {
  for (const operation of withBody()) {
    for (const { at, body } of bodiesWithUnknownKey(operation.body!, 'nobodyKnows')) {
      const answer = await ask(operation, '', body);
      const said = problemSchema.parse(answer.body).errors ?? [];
      const what = [operation.name, at, answer.status];
      expect([...what, said.filter(({ path, message }) => path === at && message.includes('nobodyKnows'))]).toEqual([
        operation.name,
        at,
        422,
        [expect.anything()],
      ]);
    }
  }
});

test('every query refuses a parameter that it does not know, words of prototypes too', async () => {
  for (const operation of strict()) {
    for (const query of ['nobodyKnows=1', '__proto__=1', '__proto__[admin]=1', 'constructor=1', 'toString=1']) {
      const answer = await ask(operation, `?${query}`);
      const said = JSON.stringify(answer.body.errors);
      const what = [operation.name, query];
      expect([...what, answer.status, said]).toEqual([...what, 400, expect.stringContaining('Unrecognized key')]);
    }
  }
  expect(Object.prototype).not.toHaveProperty('admin');
});

test('every body refuses keys that all objects share, in its fields too', async () => {
  for (const operation of withBody()) {
    const [first] = Object.keys(operation.body!.properties!);
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      for (const text of [`{"${key}":{"role":"admin"}}`, `{"${first}":{"${key}":{"role":"admin"}}}`]) {
        const answer = await admin.send(operation.method, addressOf(operation), { body: text });
        const what = [operation.name, text];
        expect([...what, answer.status, answer.body.code]).toEqual([...what, 422, 'forbidden_key']);
      }
    }
  }
});

test.each([
  [{ dataType: { not: '' }, records: [{ uid: '1' }] }],
  [{ dataType: ['user'], records: [{ uid: '1' }] }],
  [{ dataType: 'user', records: { some: {} } }],
  [{ dataType: 'user', records: [{ uid: '1' }], sourceName: { not: '' } }],
  [{ dataType: 'user', records: [{ uid: '1' }], sourceName: ['api'] }],
])('the compatible push refuses %j in its own words', async (body) => {
  const answer = await admin.post('/api/userData:push', body);
  expect(answer).toMatchObject({ status: 400, body: { data: { code: 400, message: expect.any(String) } } });
});

function inBrackets(name: string): readonly string[] {
  return ['not', 'contains', 'in][', '$gt', '', '__proto__'].map(
    (word) => `${encodeURIComponent(`${name}[${word}]`)}=`,
  );
}
