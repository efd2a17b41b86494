import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../../testing/worlds/engine.js';
import { recordsMessage } from '../../../testing/fakes/scripted-adapter.js';

let api: ApiHarness;
let admin: ApiClient;
let engine: Engine;
let hr: TestSource;
let id: string;

const GRACE = {
  uid: 'g-1',
  username: 'graceh',
  nickname: 'Grace Hopper',
  email: 'grace@secret.example',
  badge: 'badge-4711',
  departments: [{ uid: 'rd' }],
};
/** Whatever tells who it was; the external id is the source's word and stays in old lines. */
const TRACES = /graceh|Grace Hopper|grace@secret|badge-4711/;
const everyone = () =>
  fullRead({ department: [{ uid: 'rd', title: 'Research' }], user: [GRACE, { uid: 'other-person', username: 'bo' }] });
const prisma = () => api.database.db.prisma;

beforeAll(async () => {
  api = await startApi();
  admin = await api.as('admin');
  engine = createEngine(api.database.db);
  Object.assign(engine.deps, { erasureKey: api.deps.erasureKey });
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
  hr = await engine.addSource('hr');
  hr.script.full = everyone();
  await engine.sync(hr);
  hr.script.delta = [recordsMessage('user', [{ uid: 'g-1', nickname: 'Grace Hopper II' }])];
  await engine.sync(hr, { mode: 'delta' });
  id = (await prisma().user.findFirstOrThrow({ where: { username: 'graceh' } })).id;
});
afterAll(() => api.stop());

const erase = (body: object = { reason: 'asked on paper', confirm: id }) => admin.post(`/users/${id}/erase`, body);

/** Every table but the migrations, as text. */
async function everything(): Promise<string> {
  const { rows } = await api.database.db.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  const texts = [];
  for (const { name } of rows) {
    const found = await api.database.db.pool.query<{ text: string }>(`SELECT t::text AS text FROM "${name}" t`);
    texts.push(...found.rows.map((row) => `${name}: ${row.text}`));
  }
  return texts.join('\n');
}

test('the export has all data about one user, and of no other user', async () => {
  await prisma().push.create({
    data: {
      id: crypto.randomUUID(),
      sourceId: hr.id,
      kind: 'user',
      records: [GRACE, { uid: 'other-person' }],
      recordCount: 2,
    },
  });
  const { status, body } = await admin.get(`/users/${id}/export`);
  expect(status).toBe(200);
  expect(body.users).toMatchObject([{ username: 'graceh', nickname: 'Grace Hopper II' }]);
  expect(body.records).toMatchObject([{ external_id: 'g-1', source: 'hr' }]);
  expect(body.memberships).toMatchObject([{ department: 'Research' }]);
  const ofUser = (body.changes as { kind: string; action: string }[]).filter((line) => line.kind === 'user');
  expect(ofUser.map((line) => line.action)).toEqual(['create', 'update']);
  expect(body.staged.length).toBeGreaterThan(0);
  expect(body.pushed).toMatchObject([{ record: GRACE }]);
  expect(JSON.stringify(body)).not.toContain('other-person');
  expect((await admin.all(`/audit?objectId=${id}`))[0]).toMatchObject({ action: 'user.export' });
  expect((await admin.get(`/users/${crypto.randomUUID()}/export`)).status).toBe(404);
});

test('erasing leaves no trace of who it was in any table, and the next reads bring none back', async () => {
  const data = {
    id: crypto.randomUUID(),
    sourceId: hr.id,
    kind: 'user',
    records: [{ uid: 'other-person' }, GRACE],
    recordCount: 2,
  };
  await prisma().push.create({ data });
  expect(await everything()).toMatch(TRACES);
  const { status, body } = await erase();
  expect([status, body.erased.links, body.erased.memberships, body.erased.pushes]).toEqual([200, 1, 1, 1]);
  expect(await everything()).not.toMatch(TRACES);

  hr.script.full = everyone();
  const again = await engine.sync(hr);
  expect(again.end).toBe('succeeded');
  const lines = await prisma().change.findMany({ where: { taskId: again.taskId, kind: 'user' } });
  expect(lines.map(({ action, code, targetId }) => [action, code, targetId])).toEqual([['skip', 'erased', id]]);
  hr.script.delta = [recordsMessage('user', [GRACE])];
  await engine.sync(hr, { mode: 'delta' });
  expect(await everything()).not.toMatch(TRACES);
  expect((await admin.get(`/users/${id}`)).body).toMatchObject({ active: false, username: null, links: [] });
  expect(await prisma().user.count({ where: { username: 'bo', active: true } })).toBe(1);
});

test('what is planned again, after a hold for instance, is skipped as well', async () => {
  await erase();
  hr.script.full = fullRead({ department: [{ uid: 'rd', title: 'Research' }], user: [] });
  await engine.sync(hr);
  hr.script.full = everyone();
  const first = await engine.sync(hr);
  await prisma().syncTask.update({ where: { id: first.taskId }, data: { status: 'queued', finishedAt: null } });
  await engine.sync(hr, { taskId: first.taskId });
  const lines = await prisma().change.findMany({ where: { taskId: first.taskId, code: 'erased' } });
  expect(lines).toHaveLength(1);
  expect(await everything()).not.toMatch(TRACES);
});

test('the table alone does not reveal erased users by trying ids', async () => {
  await erase();
  const [{ found }] = await prisma().$queryRaw<[{ found: bigint }]>`
    SELECT count(*) AS found FROM erasures
    WHERE id_hash IN (sha256('g-1'), sha256(convert_to(source_id::text || ':' || kind || ':g-1', 'UTF8')),
                      erasure_hash('', source_id, kind, 'g-1'))`;
  expect([await prisma().erasure.count(), found]).toEqual([1, 0n]);
  expect((await prisma().sealedKey.findFirstOrThrow()).sealed).toMatch(/^test:/);
});

test('a missing key stops the sync: no erased user is created again', async () => {
  await erase();
  await prisma().sealedKey.deleteMany();
  hr.script.full = everyone();
  await expect(engine.sync(hr)).rejects.toThrow('restore it from a backup');
  expect(await prisma().sealedKey.count()).toBe(0);
  expect(await prisma().user.count({ where: { username: 'graceh' } })).toBe(0);
});

test('an admin lifts it: the next full read makes a new user', async () => {
  await erase();
  expect((await admin.delete(`/users/${id}/erase`)).status).toBe(204);
  expect((await admin.delete(`/users/${id}/erase`)).body.code).toBe('not_erased');
  hr.script.full = everyone();
  await engine.sync(hr);
  const back = await prisma().user.findFirstOrThrow({ where: { username: 'graceh' } });
  expect(back).toMatchObject({ active: true, email: 'grace@secret.example' });
  expect(back.id).not.toBe(id);
});

test('it requires the id again and a reason, and waits for a task that is at work', async () => {
  expect((await erase({ reason: 'x', confirm: 'yes' })).body.code).toBe('confirm_required');
  expect((await erase({ confirm: id })).body.code).toBe('invalid_request');
  await prisma().syncTask.updateMany({ where: { sourceId: hr.id, mode: 'full' }, data: { status: 'applying' } });
  expect((await erase()).body.code).toBe('source_busy');
  expect(await everything()).toMatch(TRACES);
});
