import fc from 'fast-check';
import { pushAdapter } from '../sources/push/push.adapter.js';
import { createInbox } from '../tasks/inbox/inbox.store.js';
import type { ApiClient } from '../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../testing/worlds/api-harness.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { usersOf } from '../testing/look.js';

let api: ApiHarness;
let engine: Engine;
let source: TestSource;
let client: ApiClient;

beforeAll(async () => {
  api = await startApi();
  const { db } = api.database;
  engine = createEngine(db, { adapters: [pushAdapter({ inbox: createInbox(db) })] });
});
beforeEach(fresh);
afterAll(() => api.stop());

async function fresh(): Promise<void> {
  await api.database.reset();
  source = await engine.addSource('clients', { type: 'push', config: {} });
  client = await api.as('operator', { pushOnly: true });
}

interface Resource {
  readonly kind: string;
  readonly all: number;
  readonly success: number;
  readonly failed: number;
  readonly failedRecords: readonly { place: number; record: unknown; code: string; message: string }[];
  readonly problems: readonly { place: number; problems: readonly { field: string; code: string }[] }[];
}

/** Sends a body unchanged and runs its task. */
async function send(body: string, lines = false): Promise<{ status: string; user: Resource; membership: Resource }> {
  const headers = { 'content-type': lines ? 'application/x-ndjson' : 'application/json' };
  const answer = await client.post(`/sources/clients/records${lines ? '?kind=user' : ''}`, body, headers);
  expect(answer.status).toBe(202);
  const { pushId, task } = answer.body as { pushId: string; task: { id: string } };
  await engine.sync(source, { mode: 'delta', taskId: task.id });
  const { result } = await api.database.db.prisma.push.findUniqueOrThrow({ where: { id: pushId } });
  const { status, resources } = result as unknown as { status: string; resources: readonly [Resource, Resource] };
  return { status, user: resources[0], membership: resources[1] };
}
const sendRecords = (...records: readonly string[]) => send(`{"kind":"user","records":[${records.join(',')}]}`);
const people = async () => Object.keys(await usersOf(api.database.db, source)).sort();
const causes = ({ failedRecords }: Resource) => failedRecords.map(({ place, code }) => `${place}: ${code}`);

describe('R1: ids of a push keep their digits', () => {
  const longIds = ['{"uid":1203598231937712129}', '{"uid":1203598231937712130}'];

  test.each([
    ['JSON', () => sendRecords(...longIds)],
    ['lines of JSON', () => send(longIds.join('\n'), true)],
  ])('two 19-digit integers are two people: %s', async (_name, push) => {
    const { status, user } = await push();
    expect(status).toBe('succeeded');
    expect(user).toMatchObject({ all: 2, success: 2, failed: 0 });
    expect(await people()).toEqual(['1203598231937712129', '1203598231937712130']);
  });

  test.each<[string, string]>([
    ['1.5', 'invalid_uid'],
    ['1.0', 'invalid_uid'],
    ['true', 'invalid_uid'],
    ['1e3', 'invalid_uid'],
    ['1E3', 'invalid_uid'],
    ['-0', 'invalid_uid'],
    ['1e400', 'invalid_uid'],
    ['{"id":1}', 'invalid_uid'],
    ['["a"]', 'invalid_uid'],
    ['"a\\u0007"', 'invalid_uid'],
    ['"a\\u0000"', 'invalid_uid'],
    ['"\\ud800"', 'invalid_uid'],
    [`"${'x'.repeat(256)}"`, 'invalid_uid'],
    [`"${'😀'.repeat(256)}"`, 'invalid_uid'],
    ['" "', 'missing_uid'],
    ['""', 'missing_uid'],
    ['null', 'missing_uid'],
  ])('the id %s fails in its place with a code, the others are taken', async (uid, code) => {
    const { status, user, membership } = await sendRecords('{"uid":"a"}', `{"uid":${uid}}`, '{"uid":"b"}');
    expect(status).toBe('partial');
    expect(user).toMatchObject({ all: 3, success: 2, failed: 1 });
    expect(causes(user)).toEqual([`1: ${code}`]);
    expect(membership).toMatchObject({ all: 2, success: 2, failed: 0, failedRecords: [] });
    expect(await people()).toEqual(['a', 'b']);
  });

  test('255 characters are code points', async () => {
    const uid = '𠮷'.repeat(255);
    expect((await sendRecords(JSON.stringify({ uid }))).user).toMatchObject({ success: 1 });
    expect(await people()).toEqual([uid]);
  });
});

describe('R7: what is no object fails in its place, and the others are used', () => {
  const items = ['null', '5', '"x"', '[]', '["a"]', 'true', '1e3', '"a\\u0000"', '""', '12345678901234567890'];

  test.each(items)('%s', async (item) => {
    for (const push of [
      () => sendRecords('{"uid":"a"}', item, '{"uid":"b"}'),
      () => send(`{"uid":"a"}\n${item}\n{"uid":"b"}`, true),
    ]) {
      await fresh();
      const { status, user, membership } = await push();
      expect(status).toBe('partial');
      expect(user).toMatchObject({ all: 3, success: 2, failed: 1 });
      expect(causes(user)).toEqual(['1: invalid_record']);
      expect(membership).toMatchObject({ all: 2, success: 2, failed: 0 });
      expect(await people()).toEqual(['a', 'b']);
    }
  });

  test('a push of nothing else fails whole', async () => {
    const { user } = await sendRecords(...items);
    expect(user).toMatchObject({ all: items.length, success: 0, failed: items.length });
  });

  test('a body without a list of records is refused', async () => {
    for (const records of ['null', '{}', '"x"', '[]', '5']) {
      const answer = await client.post('/sources/clients/records', `{"kind":"user","records":${records}}`, {
        'content-type': 'application/json',
      });
      expect(answer.status).toBe(422);
    }
  });
});

describe('a push says of each record what became of it', () => {
  test('each refused record has its own cause', async () => {
    const { user } = await sendRecords(
      '{"uid":1.5}',
      '{"x":1}',
      '{"uid":"a","isDeleted":"no"}',
      '{"uid":"b"}',
      '{"uid":true}',
    );
    expect(user).toMatchObject({ all: 5, success: 1, failed: 4 });
    const messages = user.failedRecords.map(({ place, code, message }) => [place, code, message.slice(0, 26)]);
    expect(messages).toEqual([
      [0, 'invalid_uid', 'The id must be a string or'],
      [1, 'missing_uid', 'The record has no uid.'],
      [2, 'invalid_boolean', 'isDeleted must be true or '],
      [4, 'invalid_uid', 'The id must be a string or'],
    ]);
  });

  test.each([
    ['good, refused', ['{"uid":"a"}', '{"uid":"a","isDeleted":1}'], 1],
    ['refused, good', ['{"uid":"a","isDeleted":1}', '{"uid":"a"}'], 0],
    ['refused twice', ['{"uid":"a","isDeleted":1}', '{"uid":"a","isDeleted":"x"}'], 1],
  ])('the same id twice is one, and fails if one of them does: %s', async (_name, records, place) => {
    const { user, membership } = await sendRecords(...records, '{"uid":"b"}');
    for (const one of [user, membership]) {
      expect(one).toMatchObject({ all: 2, success: 1, failed: 1 });
      expect(causes(one)).toEqual([`${place}: invalid_boolean`]);
    }
  });

  test('fields that are left out are named, the record is taken', async () => {
    const bad = '{"uid":"a","title":["x"],"note":"\\u0000","nickname":"Ann"}';
    const { status, user } = await sendRecords('{"uid":"b"}', bad);
    expect(status).toBe('partial');
    expect(user).toMatchObject({
      ...{ all: 2, success: 2, failed: 0 },
      problems: [
        {
          place: 1,
          problems: expect.arrayContaining([
            expect.objectContaining({ field: 'title', code: 'wrong_type' }),
            expect.objectContaining({ field: 'attributes.note', code: 'invalid_text' }),
          ]) as unknown,
        },
      ],
    });
    expect(await api.database.db.prisma.user.findFirst({ where: { nickname: 'Ann' } })).toMatchObject({ title: null });
  });

  test('other numbers keep their digits or their value', async () => {
    await sendRecords('{"uid":"a","badge":9007199254740993,"ratio":3.14159265358979323846,"count":1e3,"zero":-0}');
    expect((await usersOf(api.database.db, source))['a']?.attributes).toEqual({
      ...{ badge: '9007199254740993', ratio: '3.14159265358979323846', count: 1000, zero: 0 },
    });
  });
});

interface Sent {
  readonly json: string;
  /** The id that it gets; null = refused. */
  readonly id: string | null;
}

/** A string in one of the forms that JSON allows. */
const spelled = (text: string) =>
  fc.constantFrom(
    JSON.stringify(text),
    `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`,
  );
const texts = fc.stringMatching(/^[a-c7ü中😀]{1,3}$/u).filter((text) => text.trim() !== '');
const good = fc.oneof(
  texts.chain((id) => spelled(id).map((json): Sent => ({ json, id }))),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map((id): Sent => ({ json: String(id), id: String(id) })),
);
const refusedIds = [
  '1.5',
  '1e3',
  '-0',
  '1.0',
  'true',
  'null',
  '""',
  '"  "',
  '{}',
  '[]',
  '"\\ud800"',
  '"x\\u0000"',
  '1e999',
];
const bad = fc.constantFrom(...refusedIds).map((json): Sent => ({ json, id: null }));
const blank = fc.constantFrom('', ' ', '\t', '  ');
const record = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: bad }), blank, blank, fc.boolean())
  .map(([{ json, id }, before, after, turned]): Sent => {
    const members = [`"uid"${before}:${after}${json}`, `"n"${after}:${before}1e1`];
    return { id, json: `{${before}${(turned ? members.reverse() : members).join(`,${after}`)}${after}}` };
  });

test('R1, R6: whatever is sent in whatever spelling, the sums are right and the people are those of the usable ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 8 }), fc.boolean(), async (records, lines) => {
      await fresh();
      const sent = records.map(({ json }) => json);
      const { user, membership } = await (lines ? send(sent.join('\n'), true) : sendRecords(...sent));
      const ids = [...new Set(records.flatMap(({ id }) => id ?? []))];
      const refused = records.flatMap(({ id }, place) => (id === null ? [place] : []));
      expect(user).toMatchObject({ all: ids.length + refused.length, success: ids.length, failed: refused.length });
      expect(user.failedRecords.map(({ place }) => place)).toEqual(refused);
      expect(membership).toMatchObject({ all: ids.length, success: ids.length, failed: 0 });
      expect(await people()).toEqual(ids.sort());
    }),
    { numRuns: 40 },
  );
}, 120_000);

describe('R1, R2: placeholders in a push', () => {
  test('a placeholder as an id fails by its place, also of a tombstone; as a reference it is none', async () => {
    const { status, user } = await sendRecords(
      '{"uid":"NULL","nickname":"A"}',
      '{"uid":"1","managerUid":"NULL","departments":["-","n/a"]}',
      '{"uid":"-","isDeleted":true}',
      '{"uid":"none","nickname":"Null"}',
    );
    expect([status, user.all, user.success]).toEqual(['partial', 4, 2]);
    expect(causes(user)).toEqual(['0: missing_uid', '2: missing_uid']);
    expect(await people()).toEqual(['1', 'none']);
    expect(await api.database.db.prisma.pendingReference.count()).toBe(0);
  });

  test('a push with the same content takes the changed list of its source', async () => {
    const push = () => sendRecords('{"uid":"1","email":"unknown@x.example","title":"unknown","managerUid":"unknown"}');
    await push();
    expect(await usersOf(api.database.db, source)).toMatchObject({
      1: { title: 'unknown', email: 'unknown@x.example' },
    });
    const admin = await api.as('admin');
    await admin.patch('/sources/clients', { placeholders: { add: ['Unknown', 'unknown@'] } });
    expect(await push()).toMatchObject({ status: 'succeeded', user: { problems: [] } });
    expect(await usersOf(api.database.db, source)).toMatchObject({ 1: { title: null, email: null } });
    expect(await api.database.db.prisma.pendingReference.count()).toBe(0);
  });
});
