import type { ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../testing/worlds/engine.js';
import { pushAdapter } from '../../sources/push/push.adapter.js';
import { createInbox } from '../../tasks/inbox/inbox.store.js';

/** R10, R13: a key that is narrowed to a source does not decide what its source does to people of other sources. */
let api: ApiHarness;
let engine: Engine;
/** Another one in each test, because the API keeps sources for half a second. Its name puts it before `hr`. */
let source: TestSource;
let clients: Readonly<Record<'pushOnly' | 'admin' | 'operator' | 'unnarrowed' | 'unnarrowedPush', ApiClient>>;
let made = 0;
beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db, { adapters: [pushAdapter({ inbox: createInbox(api.database.db) })] });
});
beforeEach(async () => {
  await api.database.reset();
  const hr = await engine.addSource('hr');
  hr.script.full = fullRead({ user: [{ uid: 'ann', email: 'ann@example.com', nickname: 'Ann' }] });
  await engine.sync(hr);
  made += 1;
  source = await engine.addSource(`a${made}`, { type: 'push', config: {} });
  const sourceId = source.id;
  clients = {
    pushOnly: await api.as('operator', { sourceId, pushOnly: true }),
    operator: await api.as('operator', { sourceId }),
    admin: await api.as('admin', { sourceId }),
    unnarrowedPush: await api.as('operator', { pushOnly: true }),
    unnarrowed: await api.as('admin'),
  };
});
afterAll(() => api.stop());

const prisma = () => api.database.db.prisma;
const setMatchKeys = (matchKeys: string[]) => prisma().source.update({ where: { id: source.id }, data: { matchKeys } });
const users = async () => (await prisma().user.findMany()).map(({ email, nickname }) => ({ email, nickname }));
const ANN = { email: 'ann@example.com', nickname: 'Ann' };

describe('a push that names a match key', () => {
  const records = [{ uid: 'x', email: 'ann@example.com', nickname: 'Mallory' }];
  const push = (client: ApiClient, matchKey: string | null = 'email') =>
    client.post(`/sources/${source.name}/records`, { kind: 'user', matchKey, records });
  const work = async () => {
    const { id } = await prisma().syncTask.findFirstOrThrow({ where: { sourceId: source.id, status: 'queued' } });
    return engine.sync(source, { taskId: id });
  };

  describe.each([[[]], [['username', 'phone']]])(
    'that its source, with the match keys %j, does not have',
    (matchKeys) => {
      test.each(['pushOnly', 'operator', 'admin'] as const)(
        'is refused to a narrowed %s key, and nothing is stored',
        async (who) => {
          await setMatchKeys(matchKeys);
          const answer = await push(clients[who]);
          expect([answer.status, answer.body.code]).toEqual([422, 'match_key_not_allowed']);
          expect(answer.body.detail).toContain('Leave matchKey out');
          const body = { dataType: 'user', matchKey: 'email', sourceName: source.name, records };
          const compatible = await clients[who].post('/api/userData:push', body);
          expect(compatible.status).toBe(400);
          expect(compatible.body.data.message).toContain('does not match people by "email"');
          expect(await prisma().push.count()).toBe(0);
          expect(await users()).toEqual([ANN]);
        },
      );
    },
  );

  test('takes the account over with a key that is not narrowed (control)', async () => {
    expect((await push(clients.unnarrowedPush)).status).toBe(202);
    await work();
    expect(await users()).toEqual([{ ...ANN, nickname: 'Mallory' }]);
  });

  test('is taken from a narrowed key where the source is configured with it', async () => {
    await setMatchKeys(['username', 'email']);
    expect((await push(clients.pushOnly)).status).toBe(202);
    await work();
    expect(await users()).toEqual([{ ...ANN, nickname: 'Mallory' }]);
  });

  test('names none: a narrowed key pushes as before, and links no account', async () => {
    expect((await push(clients.pushOnly, null)).status).toBe(202);
    await work();
    expect((await users()).sort((a, b) => (a.nickname! < b.nickname! ? -1 : 1))).toEqual([
      ANN,
      { email: null, nickname: 'Mallory' },
    ]);
  });
});

describe('an admin changes the source', () => {
  const stored = async () => {
    const { matchKeys, priority, removal, title } = await prisma().source.findUniqueOrThrow({
      where: { id: source.id },
    });
    return { matchKeys, priority, removal, title };
  };
  const WIDER = [
    ['matchKeys', { matchKeys: ['email'] }],
    ['priority', { priority: 100 }],
    ['removal', { removal: 'delete' }],
  ] as const;

  test.each(WIDER)('%s is refused to a narrowed key, with all that comes with it', async (field, patch) => {
    const before = await stored();
    const answer = await clients.admin.patch(`/sources/${source.name}`, { title: 'New', ...patch });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect(answer.body.errors).toEqual([{ path: field, message: 'must stay as it is' }]);
    expect(answer.body.detail).toContain('a key that is not narrowed');
    expect(await stored()).toEqual(before);
    expect(await prisma().syncTask.count({ where: { mode: 'recompose' } })).toBe(0);
  });

  test.each(WIDER)('%s is changed with a key that is not narrowed (control)', async (_field, patch) => {
    const before = await stored();
    expect((await clients.unnarrowed.patch(`/sources/${source.name}`, patch)).status).toBe(200);
    expect(await stored()).toEqual({ ...before, ...patch });
  });

  test('a narrowed key changes the other fields, also when it sends back what it read', async () => {
    await setMatchKeys(['email']);
    const { matchKeys, priority, removal } = await stored();
    const patch = { title: 'New', enabled: false, guard: { maxPercent: 1 }, matchKeys, priority, removal };
    expect((await clients.admin.patch(`/sources/${source.name}`, patch)).status).toBe(200);
    expect(await stored()).toMatchObject({ title: 'New', matchKeys: ['email'] });
  });
});
