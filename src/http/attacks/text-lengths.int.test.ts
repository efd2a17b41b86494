import type { ApiAnswer, ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';

/** R1: a text of a request may have as many characters as one of a record, whatever they take in UTF-16. */
let api: ApiHarness;
let admin: ApiClient;
let taskId: string;

beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
  await admin.post('/sources', { name: 'hr', type: 'scripted', config: { url: 'https://x', token: 't' } });
  await admin.post('/sources', { name: 'inbox', type: 'push' });
  taskId = (await admin.post('/sources/hr/sync')).body.id as string;
});
afterAll(() => api.stop());

type Send = (given: string) => Promise<ApiAnswer>;

const query = (path: string, name: string, given: string) => admin.get(`${path}${name}=${encodeURIComponent(given)}`);
const hold = async () => {
  const held = { reasons: [], planHash: 'abc', expiresAt: new Date(Date.now() + 60_000).toISOString() };
  await api.database.db.prisma.syncTask.update({ where: { id: taskId }, data: { status: 'held', held } });
};

/** Where a text is sent, the most characters that it may have, and the answer to one that is taken. */
const PLACES: readonly (readonly [string, number, number, Send])[] = [
  ['the id of a record', 255, 404, (id) => query(`/tasks/${taskId}/record?kind=user&`, 'externalId', id)],
  ['a search in changes', 255, 200, (search) => query(`/tasks/${taskId}/changes?`, 'search', search)],
  ['a search in users', 255, 200, (search) => query('/users?', 'search', search)],
  ['a search in departments', 255, 200, (search) => query('/departments?', 'search', search)],
  ['an object of the audit log', 255, 200, (id) => query('/audit?', 'objectId', id)],
  ['the title of a source', 255, 200, (title) => admin.patch('/sources/hr', { title })],
  ['a field of a mapping', 255, 200, (key) => admin.patch('/sources/hr', { mapping: { user: { nickname: key } } })],
  ['a field that is masked', 255, 200, (name) => admin.patch('/sources/hr', { redact: [name] })],
  ['the name of an API key', 255, 201, (name) => admin.post('/keys', { name, role: 'viewer' })],
  ['the name of an account', 255, 401, (username) => api.anonymous().post('/session', { username, password: 'x' })],
  [
    'the reason of a decision',
    1_000,
    200,
    async (reason) => {
      await hold();
      return admin.post(`/tasks/${taskId}/reject`, { reason });
    },
  ],
];

const tooLong = (code: number, most: number) => ({
  status: code,
  body: { code: 'invalid_request', errors: [{ message: `Too big: expected string to have <=${most} characters` }] },
});

describe.each([
  ['emoji', '🙂'],
  ['Chinese characters of extension B', '𠮷'],
  ['Chinese characters', '部'],
])('R1: %s', (_name, character) => {
  test.each(PLACES)('in %s, up to %i characters', async (_place, most, status, send) => {
    const over = await send(character.repeat(most + 1));
    expect(over).toMatchObject(tooLong(over.status === 400 ? 400 : 422, most));
    const answer = await send(character.repeat(most));
    expect([answer.status, answer.body?.code]).not.toContain('invalid_request');
    expect(answer.status).toBe(status);
  });
});

test('R1: a record is found by an id of 255 emoji, as it was pushed', async () => {
  const uid = '🙂'.repeat(255);
  const { status, body } = await admin.post('/sources/inbox/records', { kind: 'user', records: [{ uid }] });
  expect(status).toBe(202);
  const [push] = await api.database.db.prisma.push.findMany();
  expect([push?.id, push?.records, push?.faults]).toEqual([body.pushId, [{ uid }], null]);
});
