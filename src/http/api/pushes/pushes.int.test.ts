import { type ApiClient, createApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { acceptedPushSchema, type PushOutcome, pushSchema } from './push-schema.js';

let api: ApiHarness;
let pusher: ApiClient;

beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  await api.database.reset();
  pusher = await api.as('operator', { pushOnly: true });
});
afterAll(() => api.stop());

const users = (count: number) => Array.from({ length: count }, (_, at) => ({ uid: `u${at}` }));
const push = (body: unknown, query = '', headers?: Record<string, string>) =>
  pusher.post(`/sources/api/records${query}`, body, headers);
const stored = () => api.database.db.prisma.push.findMany({ orderBy: { seq: 'asc' } });
const finish = async (id: string, result: object) =>
  api.database.db.prisma.push.update({ where: { id }, data: { result, finishedAt: new Date() } });
const waitForStored = async (count: number) => {
  for (;;) {
    const rows = await stored();
    if (rows.length >= count) return rows;
    await new Promise(setImmediate);
  }
};
const done = (taskId: string): PushOutcome => ({
  status: 'succeeded',
  taskId,
  resources: [{ kind: 'user', all: 1, success: 1, failed: 0, failedRecords: [] }],
});

test('R44: a push is stored before it is answered, and its task is rung for', async () => {
  const answer = await push({
    kind: 'user',
    matchKey: 'email',
    records: [{ uid: 7, nickname: 'Ünï 👩‍🚀', password: 'x' }],
  });
  expect(answer.status).toBe(202);
  const { pushId, task } = acceptedPushSchema.parse(answer.body);
  expect(task).toMatchObject({ source: 'api', trigger: 'push', mode: 'delta', status: 'queued' });
  expect(api.rung).toContain(task.id);
  const [row] = await stored();
  expect(row).toMatchObject({ id: pushId, kind: 'user', matchKey: 'email', records: [{ uid: 7, nickname: 'Ünï 👩‍🚀' }] });
  const read = await pusher.get(`/pushes/${pushId}`);
  expect(pushSchema.parse(read.body)).toMatchObject({ status: 'queued', result: null, recordCount: 1, source: 'api' });
});

test('lines of JSON are a push too', async () => {
  const headers = { 'content-type': 'application/x-ndjson' };
  const lines = '{"uid":"a"}\r\n\n{"uid":"b","title":"x"}\n';
  expect((await push(lines, '?kind=department', headers)).status).toBe(202);
  expect((await stored())[0]).toMatchObject({ kind: 'department', recordCount: 2 });
  const bad = await push('{"uid":"a"}\n{"uid":\n', '?kind=user', headers);
  expect([bad.status, bad.body.code, bad.body.detail]).toEqual([400, 'invalid_json', 'Line 2 is not valid JSON.']);
  const long = await push(`{"uid":"${'x'.repeat(1_048_576)}"}`, '?kind=user', headers);
  expect([long.status, long.body.code]).toEqual([413, 'payload_too_large']);
  expect((await push('{"uid":"a"}', '', headers)).body.errors[0].path).toBe('kind');
  expect(await stored()).toHaveLength(1);
});

test.each([
  ['an unknown kind', { kind: 'robot', records: users(1) }, 422, 'unknown_kind'],
  ['no records', { kind: 'user', records: [] }, 422, 'invalid_request'],
  ['records that are no list', { kind: 'user', records: { uid: 1 } }, 422, 'invalid_request'],
  ['records that are no list', { kind: 'user', records: { uid: 1 } }, 422, 'invalid_request'],
  ['no records', { kind: 'user', records: [] }, 422, 'invalid_request'],
  ['a match key of no use', { kind: 'user', matchKey: 'id', records: users(1) }, 422, 'invalid_request'],
  ['a match key of another kind', { kind: 'department', matchKey: 'email', records: users(1) }, 422, 'invalid_request'],
  ['10,001 records', { kind: 'user', records: users(10_001) }, 413, 'too_many_records'],
  ['more than 10 MB', { kind: 'user', records: [{ uid: 'x'.repeat(10_485_760) }] }, 413, 'payload_too_large'],
  ['U+0000 outside of the records', { kind: 'user\u0000', records: users(1) }, 422, 'invalid_text'],
])('%s is refused, and nothing is stored', async (_what, body, status, code) => {
  const answer = await push(body);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(await stored()).toEqual([]);
});

test('10,000 records are taken', async () => {
  expect((await push({ kind: 'user', records: users(10_000) })).status).toBe(202);
});

const NO_OBJECTS = [null, 5, 'x', [], ['a'], true, 'a\u0000b'];
const AS_KEPT = [null, 5, 'x', [], ['a'], true, 'a\uFFFDb'];

test('R7: what is no object is stored, to be refused by its place, also by the compatible API', async () => {
  expect((await push({ kind: 'user', records: [...NO_OBJECTS, { uid: 'a' }] })).status).toBe(202);
  const compatible = pusher.post('/api/userData:push', { dataType: 'user', records: [...NO_OBJECTS, { uid: 'a' }] });
  const rows = await waitForStored(2);
  expect(rows.map((row) => row.records)).toEqual([
    [...AS_KEPT, { uid: 'a' }],
    [...AS_KEPT, { uid: 'a' }],
  ]);
  for (const { id } of rows) await finish(id, { status: 'partial', taskId: 't', resources: [] });
  expect((await compatible).status).toBe(200);
});

test('sources that take no pushes say why', async () => {
  const admin = await api.as('admin');
  await admin.post('/sources', { name: 'hr', type: 'scripted', config: { url: 'https://x', token: 't' } });
  const body = { kind: 'user', records: users(1) };
  expect((await pusher.post('/sources/hr/records', body)).body.code).toBe('not_a_push_source');
  expect((await pusher.post('/sources/missing/records', body)).body.code).toBe('source_not_found');
  await admin.patch('/sources/api', { enabled: false });
  const disabled = await push(body);
  expect([disabled.status, disabled.body.code]).toEqual([409, 'source_disabled']);
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'night-1' };
  const body = { kind: 'user', records: users(2) };

  test('makes a repeated push answer the same and change nothing', async () => {
    const first = await push(body, '', key);
    const again = await push(JSON.stringify(body, null, 2), '?wait=0', key);
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(await stored()).toHaveLength(1);
  });

  test('of twenty at once stores one', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => push(body, '', key)));
    expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body]))).size).toBe(1);
    expect(await stored()).toHaveLength(1);
  });

  test('with another body is refused, of another caller means another push', async () => {
    await push(body, '', key);
    const other = await push({ ...body, records: users(3) }, '', key);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    const neighbour = await api.as('operator');
    expect((await neighbour.post('/sources/api/records', { ...body, records: users(3) }, key)).status).toBe(202);
  });

  test('that is too long is refused', async () => {
    expect((await push(body, '', { 'idempotency-key': 'k'.repeat(255) })).status).toBe(202);
    expect((await push(body, '', { 'idempotency-key': 'k'.repeat(256) })).status).toBe(400);
  });
});

describe('waiting for the result', () => {
  const body = { kind: 'user', records: users(1) };

  test('answers it when it is there in time', async () => {
    const waiting = push(body, '?wait=30');
    const [row] = await waitForStored(1);
    await finish(row!.id, done('t'));
    const answer = await waiting;
    expect([answer.status, answer.body]).toEqual([200, { pushId: row!.id, result: done('t') }]);
    const read = (await pusher.get(`/pushes/${row!.id}`)).body as { status: string; result: unknown };
    expect([read.status, read.result]).toEqual(['succeeded', done('t')]);
  });

  test('answers 202 when it is not', async () => {
    const begun = Date.now();
    expect((await push(body, '?wait=1')).status).toBe(202);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(900);
    expect((await push(body, '?wait=61')).status).toBe(400);
    expect((await push(body, '?wait=-1')).status).toBe(400);
  });
});

describe('the compatible push API', () => {
  const ask = (body: unknown) => pusher.post('/api/userData:push', body);

  test.each([
    ['no body', undefined, 'dataType undefined is not supported'],
    ['a list', [], 'dataType undefined is not supported'],
    ['no dataType', { records: [] }, 'dataType undefined is not supported'],
    ['an unknown dataType', { dataType: 'robot', records: [] }, 'dataType robot is not supported'],
    ['no records', { dataType: 'user' }, 'records for user data synchronize is required'],
    ['empty records', { dataType: 'user', records: [] }, 'records must have at least one piece of data'],
    [
      'a record without uid',
      { dataType: 'user', records: [{ uid: '1' }, { nickname: 'x', password: 'p' }] },
      'record must has uid, error record: {"nickname":"x"}',
    ],
    ['an unknown source', { dataType: 'user', records: [{ uid: 1 }], sourceName: 'x' }, 'SyncSource [x] is not found.'],
    ['half a document', '{"dataType":', 'The body is not valid JSON.'],
  ])('%s is a 400 in the words that its clients know, and nothing is stored', async (_what, body, message) => {
    const answer = await ask(body);
    expect([answer.status, answer.body]).toEqual([400, { data: { code: 400, message } }]);
    expect(await stored()).toEqual([]);
  });

  test('a user push reports users, then departments; integer ids and useless match keys are fine', async () => {
    const waiting = ask({ dataType: 'user', matchKey: 'shoeSize', records: [{ uid: 7 }, { uid: '8', email: 'x' }] });
    const [row] = await waitForStored(1);
    expect([row!.matchKey, row!.kind]).toEqual([null, 'user']);
    const failed = { record: { uid: '8', email: 'x' }, code: 'invalid_field', message: 'email is no address' };
    await finish(row!.id, {
      status: 'partial',
      taskId: 't',
      resources: [
        { kind: 'user', all: 2, success: 1, failed: 1, failedRecords: [failed] },
        { kind: 'membership', all: 2, success: 2, failed: 0, failedRecords: [] },
      ],
    });
    const answer = await waiting;
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        data: {
          code: 0,
          message: 'success',
          result: [
            {
              resource: 'users',
              detail: {
                count: { all: 2, success: 1, failed: 1 },
                failedRecords: [{ record: failed.record, message: failed.message }],
              },
            },
            { resource: 'departments', detail: { count: { all: 2, success: 2, failed: 0 }, failedRecords: [] } },
          ],
        },
      },
    ]);
  });

  test('a department push reports departments alone', async () => {
    const waiting = ask({ dataType: 'department', records: [{ uid: 'd', title: 'D' }] });
    const [row] = await waitForStored(1);
    const counts = { all: 1, success: 1, failed: 0, failedRecords: [] };
    await finish(row!.id, { status: 'succeeded', taskId: 't', resources: [{ kind: 'department', ...counts }] });
    expect((await waiting).body.data.result).toEqual([
      { resource: 'departments', detail: { count: { all: 1, success: 1, failed: 0 }, failedRecords: [] } },
    ]);
  });

  test('other refusals keep the envelope and their status', async () => {
    const anonymous = await api.anonymous().post('/api/userData:push', {});
    expect([anonymous.status, anonymous.body.data.code]).toEqual([401, 401]);
    const viewer = await (await api.as('viewer')).post('/api/userData:push', {});
    expect([viewer.status, viewer.body.data.code]).toEqual([403, 403]);
    const large = await ask({ dataType: 'user', records: [{ uid: 'x'.repeat(10_485_760) }] });
    expect([large.status, large.body.data]).toEqual([413, { code: 413, message: 'request entity too large' }]);
    const many = await ask({ dataType: 'user', records: users(10_001) });
    expect([many.status, many.body.data.code]).toEqual([413, 413]);
    expect((await pusher.get('/api/userData:push')).body.data.code).toBe(405);
  });

  test('lists types, starts a sync, retries what failed', async () => {
    const operator = await api.as('operator');
    const types = await operator.get('/api/userData:listSyncTypes');
    expect(types.body.data).toContainEqual({ name: 'scripted', title: 'Scripted source' });
    const pulled = await operator.post('/api/userData:pull?name=api');
    expect([pulled.status, pulled.body.data.status]).toEqual([200, 'queued']);
    const { id } = pulled.body.data as { id: string };
    const early = await operator.post(`/api/userData:retry?id=${id}&sourceId=api`);
    expect([early.status, early.body.data.message]).toEqual([400, `Task [${id}] is not failed.`]);
    await api.database.db.prisma.syncTask.update({ where: { id }, data: { status: 'failed' } });
    const wrong = await operator.post(`/api/userData:retry?id=${id}&sourceId=99`);
    expect([wrong.status, wrong.body.data.message]).toEqual([400, 'SyncSource [99] is not found.']);
    const retried = await operator.post(`/api/userData:retry?id=${id}&sourceId=api`);
    expect([retried.status, retried.body.data.id, retried.body.data.status]).toEqual([200, id, 'queued']);
    const unknown = await operator.post('/api/userData:pull?name=missing');
    expect([unknown.status, unknown.body.data.message]).toEqual([400, 'SyncSource [missing] is not found.']);
    expect((await operator.get('/api/userData:pull?name=api')).status).toBe(405);
  });
});

test('a key that has too many records in flight is refused; once they are stored there is room again', async () => {
  const bodyLimits = { bytesPerCaller: 1_000_000, recordsPerCaller: 5, bytes: 1_000_000 };
  const limited = await startApi({ db: api.database.db, settings: { ...api.deps.settings, bodyLimits } });
  try {
    const client = createApiClient(limited.baseUrl, await api.newKey('operator'));
    const send = (count: number) => client.post('/sources/api/records', { kind: 'user', records: users(count) });
    expect((await send(5)).status).toBe(202);
    expect((await send(5)).status).toBe(202);
    const refused = await send(6);
    expect([refused.status, refused.body.code]).toEqual([429, 'too_much_in_flight']);
    expect(refused.headers.get('retry-after')).toBe('2');
    const lines = await client.post('/sources/api/records?kind=user', '{"uid":"a"}\n'.repeat(6), {
      'content-type': 'application/x-ndjson',
    });
    expect([lines.status, lines.body.code]).toEqual([429, 'too_much_in_flight']);
  } finally {
    await limited.stop();
  }
});
