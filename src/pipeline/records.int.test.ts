import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, usersOf } from '../testing/look.js';
import { completeMessage, recordsMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  engine.logged.length = 0;
  source = await engine.addSource('hr');
});
afterAll(() => database.drop());

type Records = readonly Readonly<Record<string, unknown>>[];

const prisma = () => database.db.prisma;
const people = () => usersOf(database.db, source);

async function read(...messages: readonly ScriptedMessage[]) {
  source.script.full = [...messages, completeMessage('user')];
  return engine.sync(source);
}
const readUsers = (user: Records) => read(recordsMessage('user', user));
async function push(user: Records) {
  source.script.delta = [recordsMessage('user', user)];
  return engine.sync(source, { mode: 'delta' });
}
const rejected = (externalId: string | null): ScriptedMessage => ({
  type: 'rejected',
  kind: 'user',
  externalId,
  code: 'unreadable',
  reason: 'The line is cut.',
});

describe('R1: identity', () => {
  test('an integer and its text are one id', async () => {
    await readUsers([{ uid: 42, title: 'A' }]);
    const { counts } = await readUsers([{ uid: '42', title: 'A' }]);
    expect(counts['user']).toMatchObject({ unchanged: 1, created: 0 });
    expect(await people()).toMatchObject({ 42: { title: 'A' } });
  });

  test('ids of two sources are two people, and so are ids that differ in case or blanks', async () => {
    const other = await engine.addSource('other');
    other.script.full = fullRead({ user: [{ uid: 'u1' }] });
    await engine.sync(other);
    await readUsers([{ uid: 'u1' }, { uid: 'U1' }, { uid: ' u1' }]);
    expect(await prisma().user.count()).toBe(4);
  });

  test('records without a usable id are listed with the reason, and keep absence from being proved', async () => {
    await readUsers([{ uid: 'a' }, { uid: 'b' }]);
    const { end, task, taskId } = await readUsers([{ uid: 'a' }, { uid: '' }, { uid: 'x\u0000' }, { uid: 1.5 }]);
    expect(end).toBe('partial');
    expect(task.errorCode).toBe('nameless_records');
    expect(await skippedOf(database.db, taskId)).toEqual([
      'user/?: invalid_uid',
      'user/?: invalid_uid',
      'user/?: missing_uid',
    ]);
    expect(await prisma().user.count({ where: { active: true } })).toBe(2);
  });

  test('a tombstone without a usable id is listed too', async () => {
    source.script.delta = [{ type: 'tombstones', kind: 'user', externalIds: ['x\u0000', 7] }];
    const { end, taskId } = await engine.sync(source, { mode: 'delta' });
    expect(end).toBe('partial');
    expect(await skippedOf(database.db, taskId)).toEqual(['user/?: invalid_uid']);
  });

  test('records of a kind without a target are listed, not lost', async () => {
    const { end, counts, taskId } = await read(
      recordsMessage('spaceship', [{ uid: 's1' }]),
      recordsMessage('user', [{ uid: 'u1' }]),
    );
    expect(end).toBe('partial');
    expect(await skippedOf(database.db, taskId)).toEqual(['spaceship/?: unknown_kind']);
    expect(counts).toMatchObject({ user: { created: 1 }, spaceship: { skipped: 1 } });
  });
});

describe('R2, R3: fields', () => {
  test('reserved names and passwords reach neither a column nor what is remembered', async () => {
    const nasty = { id: 'x', roles: ['admin'], password: 'geheim-1', token: 't', createdAt: '1999', protected: true };
    await readUsers([{ uid: 'u1', title: 'A', ...nasty, attributes: { password: 'geheim-2', ok: 1 } }]);
    expect((await people())['u1']).toMatchObject({ title: 'A', attributes: { ok: 1 } });
    const { rows } = await database.db.pool.query<{ text: string }>(
      `SELECT data::text AS text FROM known_records UNION ALL SELECT data::text FROM staged_records
       UNION ALL SELECT after::text FROM changes UNION ALL SELECT attributes::text FROM users`,
    );
    expect(rows.map((row) => row.text).join()).not.toMatch(/geheim|admin|token/);
  });

  test('absent leaves, null clears, blank clears; custom fields one by one', async () => {
    await readUsers([
      { uid: 'u1', title: 'A', email: 'a@x.com', phone: '1', badge: 1, city: 'Ulm', attributes: { car: 'x' } },
    ]);
    await push([{ uid: 'u1', email: null, phone: ' ', badge: null, attributes: { city: 'Bonn' } }]);
    expect((await people())['u1']).toMatchObject({ title: 'A', email: null, attributes: { city: 'Bonn', car: 'x' } });
    expect(await prisma().user.findFirst()).toMatchObject({ phone: null, phoneKey: null, emailKey: null });
    await push([{ uid: 'u1', attributes: {} }]);
    expect((await people())['u1']).toMatchObject({ attributes: { city: 'Bonn', car: 'x' } });
  });

  test('a mapping renames keys of the source; without one of them nothing is cleared', async () => {
    source = await engine.addSource('mapped', { mapping: { user: { nickname: 'fullName', title: 'job' } } });
    await readUsers([{ uid: 'u1', fullName: 'Ann', job: 'Lead', title: 'other' }]);
    expect(await prisma().user.findFirst()).toMatchObject({ nickname: 'Ann', title: 'Lead' });
    await push([{ uid: 'u1', job: 'Boss' }]);
    expect(await prisma().user.findFirst()).toMatchObject({ nickname: 'Ann', title: 'Boss' });
  });

  test('a new mapping has unchanged records looked at again', async () => {
    await readUsers([{ uid: 'u1', job: 'Lead' }]);
    await prisma().source.update({ where: { id: source.id }, data: { mapping: { user: { title: 'job' } } } });
    const { counts } = await readUsers([{ uid: 'u1', job: 'Lead' }]);
    expect(counts['user']).toMatchObject({ updated: 1 });
    expect((await people())['u1']).toMatchObject({ title: 'Lead' });
  });
});

describe('R4: an active that is no boolean neither deactivates nor activates', () => {
  test.each(['false', 0, '0', 'no', [], {}])('%j', async (active) => {
    await readUsers([{ uid: 'u1', title: 'A' }, { uid: 'u2' }]);
    const { end, counts, taskId } = await readUsers([{ uid: 'u1', title: 'B', active }, { uid: 'u2' }]);
    expect(end).toBe('partial');
    expect(counts['user']).toMatchObject({ seen: 2, updated: 1, skipped: 0, unchanged: 1, removed: 0 });
    expect(counts['user']).toMatchObject({ fieldProblems: 1 });
    expect((await people())['u1']).toMatchObject({ active: true, title: 'B' });
    const { problems } = await prisma().change.findFirstOrThrow({ where: { taskId, externalId: 'u1' } });
    expect(problems).toEqual([
      { field: 'active', code: 'invalid_boolean', message: expect.stringMatching(/true or false/) as string },
    ]);
  });

  test('a deactivated person stays so, also one who comes back; a new one is not active until it is said', async () => {
    await readUsers([{ uid: 'u1', active: false }, { uid: 'u2' }]);
    await readUsers([{ uid: 'u1', active: false }]);
    expect(await people()).toMatchObject({ u2: { active: false } });
    const { counts } = await readUsers([
      { uid: 'u1', active: 'true' },
      { uid: 'u2', active: 'true' },
      { uid: 'u3', active: 'true' },
    ]);
    expect(counts['user']).toMatchObject({ seen: 3, created: 1, restored: 1, fieldProblems: 3 });
    expect(await people()).toMatchObject({ u1: { active: false }, u2: { active: false }, u3: { active: false } });
    await readUsers([{ uid: 'u1', active: true }, { uid: 'u2' }, { uid: 'u3', active: true }]);
    expect(await people()).toMatchObject({ u1: { active: true }, u2: { active: true }, u3: { active: true } });
  });

  test('null says nothing; false deactivates and true brings back', async () => {
    await readUsers([{ uid: 'u1', active: null }]);
    expect(await people()).toMatchObject({ u1: { active: true } });
    await push([{ uid: 'u1', active: false }]);
    expect(await people()).toMatchObject({ u1: { active: false } });
    await push([{ uid: 'u1', title: 'x' }]);
    expect(await people()).toMatchObject({ u1: { active: false, title: 'x' } });
    await push([{ uid: 'u1', active: true }]);
    expect(await people()).toMatchObject({ u1: { active: true } });
  });
});

describe('R6: the same id twice in one full read', () => {
  const twins = [
    { uid: 'u1', title: 'B' },
    { uid: 'u1', title: 'C' },
  ];

  test.each([
    ['in one page', () => read(recordsMessage('user', twins))],
    ['in two pages', () => read(...twins.map((one) => recordsMessage('user', [one])))],
    [
      'one of them as it was known',
      () =>
        readUsers([
          { uid: 'u1', title: 'A' },
          { uid: 'u1', title: 'C' },
        ]),
    ],
    [
      'one of them as it was known, in two pages',
      () =>
        read(recordsMessage('user', [{ uid: 'u1', title: 'C' }]), recordsMessage('user', [{ uid: 'u1', title: 'A' }])),
    ],
    ['three times', () => readUsers([...twins, { uid: 'u1', title: 'B' }])],
  ])('keeps neither, %s', async (_name, readTwins) => {
    await readUsers([{ uid: 'u1', title: 'A' }]);
    const { end, counts, taskId } = await readTwins();
    expect(end).toBe('partial');
    expect(counts['user']).toMatchObject({ seen: 1, skipped: 1, removed: 0, updated: 0 });
    expect(await skippedOf(database.db, taskId)).toEqual(['user/u1: duplicate_id']);
    expect(await people()).toMatchObject({ u1: { title: 'A', active: true } });
  });

  test('with the same content is one record', async () => {
    const { end, counts } = await read(
      recordsMessage('user', [twins[0]!, twins[0]!]),
      recordsMessage('user', [twins[0]!]),
    );
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ seen: 1, created: 1 });
  });

  test.each([
    ['first good, then unreadable', [recordsMessage('user', [{ uid: 'u1', title: 'B' }]), rejected('u1')]],
    ['first unreadable, then good', [rejected('u1'), recordsMessage('user', [{ uid: 'u1', title: 'B' }])]],
    [
      'good, then invalid',
      [recordsMessage('user', [{ uid: 'u1', title: 'B' }]), recordsMessage('user', [{ uid: 'u1', active: 0 }])],
    ],
    [
      'invalid, then good',
      [recordsMessage('user', [{ uid: 'u1', active: 0 }]), recordsMessage('user', [{ uid: 'u1', title: 'B' }])],
    ],
    [
      'good and invalid in one page',
      [
        recordsMessage('user', [
          { uid: 'u1', title: 'B' },
          { uid: 'u1', active: 0 },
        ]),
      ],
    ],
  ])('one of them bad: the last known state stands; %s', async (_name, messages) => {
    await readUsers([{ uid: 'u1', title: 'A' }]);
    const { end } = await read(...messages);
    expect(end).toBe('partial');
    expect(await people()).toMatchObject({ u1: { title: 'A', active: true, linked: true } });
  });
});

describe('R6: the same id several times in one push', () => {
  test('the last word wins, key by key, within a page and over pages', async () => {
    await push([
      { uid: 'u1', title: 'A', a: 1 },
      { uid: 'u1', title: 'B', b: 2 },
      { uid: 'u1', email: 'x@x.com', a: null },
    ]);
    expect(await people()).toMatchObject({ u1: { title: 'B', email: 'x@x.com', attributes: { b: 2 } } });
    source.script.delta = [
      recordsMessage('user', [{ uid: 'u1', title: 'C', c: 3 }]),
      recordsMessage('user', [{ uid: 'u1', title: 'D' }]),
    ];
    await engine.sync(source, { mode: 'delta' });
    expect(await people()).toMatchObject({ u1: { title: 'D', attributes: { b: 2, c: 3 } } });
  });

  test('back to what was known is no change', async () => {
    await push([{ uid: 'u1', title: 'A' }]);
    const { counts } = await push([
      { uid: 'u1', title: 'B' },
      { uid: 'u1', title: 'A' },
    ]);
    expect(counts['user']).toMatchObject({ seen: 1, unchanged: 1, updated: 0 });
    expect(await people()).toMatchObject({ u1: { title: 'A' } });
  });

  const gone: ScriptedMessage = { type: 'tombstones', kind: 'user', externalIds: ['u1'] };
  const good = recordsMessage('user', [{ uid: 'u1', title: 'B' }]);
  const known = recordsMessage('user', [{ uid: 'u1', title: 'A' }]);
  const bad = recordsMessage('user', [{ uid: 'u1', active: 'false' }]);

  test.each([
    ['record, tombstone', [good, gone], { active: false, title: 'A' }],
    ['tombstone, record', [gone, good], { active: true, title: 'B' }],
    ['tombstone, the known record', [gone, known], { active: true, title: 'A' }],
    ['record, tombstone, record', [good, gone, good], { active: true, title: 'B' }],
    ['tombstone, record, tombstone', [gone, good, gone], { active: false, title: 'A' }],
    ['record, bad record', [good, bad], { active: true, title: 'B' }],
    ['bad record, record', [bad, good], { active: true, title: 'B' }],
    ['tombstone, bad record', [gone, bad], { active: false, title: 'A' }],
  ])('in order: %s', async (_name, messages, wanted) => {
    await push([{ uid: 'u1', title: 'A' }]);
    source.script.delta = messages;
    await engine.sync(source, { mode: 'delta' });
    expect(await people()).toMatchObject({ u1: wanted });
    const { counts } = await push([{ uid: 'u1', title: 'Z' }]);
    expect(counts['user']?.skipped).toBe(0);
    expect(await people()).toMatchObject({ u1: { title: 'Z', active: true } });
  });

  test('a good record beside a bad one is remembered, with its departments', async () => {
    source.script.delta = [
      recordsMessage('department', [{ uid: 'd', title: 'D' }]),
      recordsMessage('user', [
        { uid: 'u1', active: 'no' },
        { uid: 'u1', title: 'A', departments: ['d'] },
      ]),
    ];
    const { end, counts } = await engine.sync(source, { mode: 'delta' });
    expect(end).toBe('partial');
    expect(counts).toMatchObject({ user: { created: 1, fieldProblems: 1 }, membership: { created: 1 } });
    expect(await people()).toMatchObject({ u1: { linked: true, title: 'A', departments: ['d'] } });
  });
});

describe('R7: invalid is not absent', () => {
  test('a record that is no object keeps its last good state and is listed', async () => {
    await readUsers([{ uid: 'u1', title: 'A' }, { uid: 'u2' }]);
    const broken = { externalId: 'u1', data: 'broken' };
    const { end, counts, taskId } = await read(
      { type: 'records', kind: 'user', records: [broken] },
      recordsMessage('user', [{ uid: 'u2' }]),
    );
    expect(end).toBe('partial');
    expect(counts['user']).toMatchObject({ seen: 2, skipped: 1, removed: 0 });
    expect(await skippedOf(database.db, taskId)).toEqual(['user/u1: invalid_record']);
    expect(await people()).toMatchObject({ u1: { title: 'A', active: true } });
  });

  test('a record that the adapter rejects by its id is seen; without an id no record is absent', async () => {
    await readUsers([{ uid: 'u1' }, { uid: 'u2' }, { uid: 'u3' }]);
    const first = await read(recordsMessage('user', [{ uid: 'u2' }]), rejected('u1'));
    expect(first.counts['user']).toMatchObject({ seen: 2, removed: 1, skipped: 1 });
    expect(await people()).toMatchObject({ u1: { active: true }, u2: { active: true }, u3: { active: false } });
    const second = await read(rejected('u1'), rejected(null));
    expect(second.counts['user']).toMatchObject({ removed: 0 });
    expect(second.task.errorCode).toBe('nameless_records');
    expect(await people()).toMatchObject({ u2: { active: true } });
  });
});

describe('R50: the raw record log', () => {
  test('has every page as sent, with task, batch, source and kind', async () => {
    const { taskId, task } = await read(
      recordsMessage('department', [{ uid: 'd', title: 'D' }]),
      recordsMessage('user', [{ uid: 'u1', active: 'broken', secret: 1 }, { uid: '' }]),
    );
    const about = { taskId, batch: task.batch, source: 'hr', redact: [] };
    expect(engine.logged).toEqual([
      { ...about, kind: 'department', records: [{ uid: 'd', title: 'D' }] },
      { ...about, kind: 'user', records: [{ uid: 'u1', active: 'broken', secret: 1 }, { uid: '' }] },
    ]);
  });

  test('masks the configured fields, and can be switched off per source', async () => {
    source = await engine.addSource('masked', { redact: ['email'] });
    await readUsers([{ uid: 'u1' }]);
    expect(engine.logged).toMatchObject([{ redact: ['email'] }]);
    source = await engine.addSource('quiet', { rawLog: false });
    await readUsers([{ uid: 'u1' }]);
    expect(engine.logged).toHaveLength(1);
  });
});
