import { queueRechecks } from '../../../tasks/life/queue-rechecks.store.js';
import { recordsMessage } from '../../../testing/fakes/scripted-adapter.js';
import { type ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../../testing/worlds/engine.js';
import { editByHand, HAND } from '../../../testing/worlds/hand-edits.js';

/** R11, R15, R51: an admin locks or protects a user: a record of the built-in source. */
let api: ApiHarness;
let admin: ApiClient;
let engine: Engine;
let hr: TestSource;
let ann: string;

beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db);
  Object.assign(engine.deps, { erasureKey: api.deps.erasureKey });
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
  hr = await engine.addSource('hr', { matchKeys: ['username'] });
  await say({});
  ann = (await prisma().user.findFirstOrThrow({ where: { username: 'ann' } })).id;
});
afterAll(() => api.stop());

type Bag = Readonly<Record<string, unknown>>;

const prisma = () => api.database.db.prisma;
const ANN = { uid: 'a', username: 'ann', title: 'Clerk' };
const BEN = { uid: 'b', username: 'ben' };

/** A full read of both users. */
async function say(more: Bag, source = hr) {
  source.script.full = fullRead({ user: [{ ...ANN, ...more }, BEN] });
  return engine.sync(source);
}
const leave = async () => {
  hr.script.delta = [{ type: 'tombstones', kind: 'user', externalIds: ['a'] }];
  return engine.sync(hr, { mode: 'delta' });
};
const decide = (body: object) => editByHand({ api, engine, caller: admin }, `/users/${ann}`, body);
const send = async (body: object) => (await admin.patch(`/users/${ann}?wait=0`, body)).body.taskId as string;
const undo = (taskId: unknown) => engine.sync(HAND, { undoes: taskId as string });
const row = () => prisma().user.findUniqueOrThrow({ where: { id: ann } });
const state = async () => {
  const { active, lockedAt, protected: isProtected } = await row();
  return { active, locked: lockedAt !== null, protected: isProtected };
};
const changesOf = (taskId: unknown) => admin.all(`/tasks/${taskId as string}/changes?`) as Promise<Bag[]>;

const LOCKED = { active: false, locked: true, protected: false };
const FREE = { active: true, locked: false, protected: false };
const GONE = { active: false, locked: false, protected: false };
const PROTECTED = { active: true, locked: false, protected: true };

describe('R15: a lock', () => {
  test.each<readonly [string, () => Promise<unknown>, object]>([
    ['says nothing of it', () => say({ title: 'Director' }), FREE],
    ['says that the user is active', () => say({ active: true }), FREE],
    ['says that the user is inactive', () => say({ active: false }), GONE],
    ['removes the user', leave, GONE],
    ['removes the user, who returns', () => leave().then(() => say({ title: 'Director' })), FREE],
  ])('takes precedence over a source that %s; after it, the source decides', async (_name, sync, after) => {
    expect((await decide({ locked: true })).body).toMatchObject({ active: false, problems: [] });
    await sync();
    expect(await state()).toEqual(LOCKED);
    expect((await decide({ locked: false })).status).toBe(200);
    expect(await state()).toEqual(after);
    expect(Boolean((await row()).deactivatedAt)).toBe(!(await row()).active);
  });

  test('is lifted: the source with the highest priority that says so decides (R13)', async () => {
    const crm = await engine.addSource('crm', { matchKeys: ['username'], priority: 5 });
    await say({ active: false }, crm);
    await say({ active: true });
    await decide({ locked: true });
    await decide({ locked: false });
    expect(await state()).toEqual(GONE);
    await say({ active: true }, crm);
    expect(await state()).toEqual(FREE);
  });

  test('holds against a sync that was planned before it', async () => {
    const controller = new AbortController();
    const onReport = ({ phase }: { readonly phase: string }) => {
      if (phase === 'apply') controller.abort(new Error('stopped'));
    };
    hr.script.full = fullRead({ user: [{ ...ANN, active: false }, BEN] });
    await engine.sync(hr);
    hr.script.full = fullRead({ user: [{ ...ANN, active: true }, BEN] });
    await expect(engine.sync(hr, { signal: controller.signal, onReport })).rejects.toThrow('stopped');
    const { id: taskId } = await prisma().syncTask.findFirstOrThrow({ where: { status: 'applying' } });
    await decide({ locked: true });
    await engine.sync(hr, { taskId });
    expect(await state()).toEqual(LOCKED);
    await say({ active: true });
    expect(await state()).toEqual(LOCKED);
  });
});

describe('R11: a protection', () => {
  test('keeps the user in force until it is lifted', async () => {
    await decide({ protected: true });
    await say({ active: false });
    expect(await state()).toEqual(PROTECTED);
    await decide({ protected: false });
    expect(await state()).toEqual(FREE);
    await say({ active: false });
    expect(await state()).toEqual(GONE);
  });

  test('and a lock are decided in one request; without the lock the user is in force again', async () => {
    const { body } = await decide({ locked: true, protected: true });
    expect(await changesOf(body.taskId)).toMatchObject([
      {
        before: { locked: false, protected: false, active: true },
        after: { locked: true, protected: true, active: false },
      },
    ]);
    await say({ active: false });
    await decide({ locked: false });
    expect(await state()).toEqual(PROTECTED);
  });
});

describe('R51: a decision is a task', () => {
  test('with its line, its counts and an audit entry', async () => {
    const { body, run } = await decide({ locked: true });
    expect((await admin.get(`/tasks/${body.taskId}`)).body).toMatchObject({
      source: 'manual',
      trigger: 'manual',
      mode: 'delta',
      status: 'succeeded',
    });
    expect(run?.counts['user']).toMatchObject({ updated: 1, linked: 0, created: 0 });
    const [line, ...others] = await changesOf(body.taskId);
    expect(others).toEqual([]);
    expect(line).toMatchObject({ action: 'update', targetId: ann, outcome: 'applied' });
    expect([line?.['before'], line?.['after']]).toEqual([
      { locked: false, active: true },
      { locked: true, active: false },
    ]);
    expect(await admin.all(`/audit?objectId=${ann}`)).toMatchObject([
      { action: 'user.change', detail: { locked: true, taskId: body.taskId } },
    ]);
  });

  test('the audit entry is there as soon as the decision is stored', async () => {
    const taskId = await send({ protected: true });
    expect((await state()).protected).toBe(false);
    expect(await admin.all(`/audit?objectId=${ann}`)).toMatchObject([
      { action: 'user.change', detail: { protected: true, taskId } },
    ]);
    await engine.sync(HAND, { taskId });
    expect(await state()).toEqual(PROTECTED);
  });

  test.each<readonly [string, readonly object[], object, object]>([
    ['a lock', [{ locked: true }], LOCKED, FREE],
    ['an unlock', [{ locked: true }, { locked: false }], FREE, LOCKED],
    ['a protection', [{ protected: true }], PROTECTED, FREE],
    ['the end of a protection', [{ protected: true }, { protected: false }], FREE, PROTECTED],
  ])('%s is undone, the undo is undone, and the decision can be made again', async (_name, bodies, done, undone) => {
    let taskId: unknown;
    for (const body of bodies) taskId = (await decide(body)).body.taskId;
    expect(await state()).toEqual(done);
    const first = await undo(taskId);
    expect([first.end, await state()]).toEqual(['succeeded', undone]);
    await say({ title: 'Director' });
    expect(await state()).toEqual(undone);
    const second = await undo(first.taskId);
    expect([second.end, await state()]).toEqual(['succeeded', done]);
    await undo(second.taskId);
    expect(await state()).toEqual(undone);
    await decide(bodies.at(-1)!);
    expect(await state()).toEqual(done);
  });

  test.each<readonly [string, () => Promise<unknown>, object]>([
    ['listed no longer: the user stays inactive', leave, GONE],
    ['inactive at the source by now: the user stays inactive', () => say({ active: false }), GONE],
  ])('the undo of a lock leaves it to the sources: %s', async (_name, sync, after) => {
    const { body } = await decide({ locked: true });
    await sync();
    await undo(body.taskId);
    expect(await state()).toEqual(after);
  });

  test('the undo of a lock activates a user who was inactive then and whom the source says is active now', async () => {
    await say({ active: false });
    const { body } = await decide({ locked: true });
    expect(await changesOf(body.taskId)).toMatchObject([{ before: { locked: false }, after: { locked: true } }]);
    await say({ active: true });
    await undo(body.taskId);
    expect(await state()).toEqual(FREE);
  });

  test('a decision that was changed since is not undone', async () => {
    const { body } = await decide({ locked: true });
    await decide({ locked: false });
    const run = await undo(body.taskId);
    expect(run.end).toBe('partial');
    expect(await changesOf(run.taskId)).toMatchObject([{ action: 'skip', code: 'changed_since' }]);
    expect(await state()).toEqual(FREE);
  });

  test('goes on where it was interrupted, and nothing is lost or done twice', async () => {
    const taskId = await send({ locked: true });
    for (const phase of ['pull', 'plan', 'apply']) {
      const controller = new AbortController();
      const stop = {
        signal: controller.signal,
        onReport: (report: { phase: string }) => report.phase === phase && controller.abort(new Error('killed')),
      };
      await engine.sync(HAND, { taskId, ...stop }).catch((error: Error) => expect(error.message).toBe('killed'));
    }
    expect((await engine.sync(HAND, { taskId })).end).toBe('succeeded');
    expect(await state()).toEqual(LOCKED);
    expect((await row()).version).toBe(2);
    expect(await prisma().push.findMany()).toMatchObject([{ taskId, result: { status: 'succeeded' } }]);
  });

  test('with an edit in the same request: one record, one task, one line, both undone', async () => {
    const { status, body } = await decide({ locked: true, fields: { title: 'CTO' }, release: ['phone'] });
    expect([status, body.title, body.active]).toEqual([200, 'CTO', false]);
    expect(await prisma().push.count()).toBe(1);
    expect(await changesOf(body.taskId)).toMatchObject([
      { before: { locked: false, title: 'Clerk' }, after: { locked: true, title: 'CTO' } },
    ]);
    const actions = ((await admin.all(`/audit?objectId=${ann}`)) as Bag[]).map((entry) => entry['action']);
    expect(actions.sort()).toEqual(['user.change', 'user.edit']);
    await undo(body.taskId);
    expect([await state(), (await row()).title]).toEqual([FREE, 'Clerk']);
  });

  test('two locks at once lock once', async () => {
    const taskIds = await Promise.all([send({ locked: true }), send({ locked: true })]);
    for (const taskId of new Set(taskIds)) await engine.sync(HAND, { taskId });
    expect([await state(), (await row()).version]).toEqual([LOCKED, 2]);
    const results = await prisma().push.findMany();
    expect(results.map(({ result }) => result)).toMatchObject(results.map(() => ({ status: 'succeeded' })));
  });

  test('a later decision counts while an earlier one waits', async () => {
    const taskId = await send({ locked: true });
    expect(await send({ locked: false })).toBe(taskId);
    await engine.sync(HAND, { taskId });
    expect([await state(), (await row()).version]).toEqual([FREE, 1]);
  });

  test.each([{ locked: false }, { protected: false }, { locked: false, protected: false }])(
    '%j of a user who is neither changes nothing: 200 without a task',
    async (body) => {
      const { status, body: answer } = await decide(body);
      expect([status, answer.taskId, answer.problems]).toEqual([200, null, []]);
      expect([await prisma().push.count(), await prisma().auditEntry.count({ where: { objectType: 'user' } })]).toEqual(
        [0, 0],
      );
    },
  );
});

describe('R12: a user who is unlocked', () => {
  test('gets the username back when it is free', async () => {
    await decide({ locked: true });
    hr.script.full = fullRead({ user: [ANN, { ...BEN, username: 'ann' }] });
    await engine.sync(hr);
    const { body } = await decide({ locked: false });
    expect([body.active, body.username]).toEqual([true, null]);
    expect(body.problems).toMatchObject([{ field: 'username', code: 'value_taken' }]);
    expect(await changesOf(body.taskId)).toMatchObject([{ before: { username: 'ann' }, after: { username: null } }]);
    await prisma().user.updateMany({ where: { username: 'ann' }, data: { username: 'ben', usernameKey: 'ben' } });
    await queueRechecks(api.deps);
    for (const { id: taskId } of await prisma().syncTask.findMany({ where: { mode: 'recheck', sourceId: HAND.id } }))
      await engine.sync(HAND, { taskId });
    expect((await row()).username).toBe('ann');
  });

  test('by an undo has no username that another user has', async () => {
    const { body } = await decide({ locked: true });
    hr.script.full = fullRead({ user: [ANN, { ...BEN, username: 'ann' }] });
    await engine.sync(hr);
    await undo(body.taskId);
    expect(await row()).toMatchObject({ active: true, lockedAt: null, username: null });
  });
});

test('R16: an erased user is neither locked nor protected by hand', async () => {
  await admin.post(`/users/${ann}/erase`, { reason: 'asked', confirm: ann });
  for (const body of [{ locked: false }, { protected: true }])
    expect(await decide(body)).toMatchObject({ status: 409, body: { code: 'erased' } });
  expect(await prisma().push.count()).toBe(0);
});

test('R2, R51: no other source locks or protects a user', async () => {
  const decisions = { locked: true, protected: true };
  hr.script.delta = [
    recordsMessage('user', [{ uid: 'a', ...decisions, decisions, attributes: decisions, flag: { locked: true } }]),
  ];
  await engine.sync(hr, { mode: 'delta' });
  expect(await state()).toEqual(FREE);
  expect((await row()).attributes).toEqual({ decisions, flag: { locked: true } });
  await decide({ locked: true });
  expect((await row()).attributes).toEqual({ decisions, flag: { locked: true } });
});

test('R51: a decision supplies no field, and its record keeps none', async () => {
  await decide({ locked: true, protected: true });
  const records = await prisma().knownRecord.findMany({ where: { sourceId: HAND.id } });
  expect(records.map(({ data }) => data)).toEqual([{}]);
  const { body } = await admin.get(`/users/${ann}`);
  expect(Object.values(body.suppliedBy as Bag)).not.toContainEqual({ source: 'manual' });
  expect((body.links as Bag[]).map((link) => link['source'])).toEqual(['hr']);
});
