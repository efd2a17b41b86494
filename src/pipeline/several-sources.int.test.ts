import fc from 'fast-check';
import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

type Records = readonly Readonly<Record<string, unknown>>[];

const prisma = () => database.db.prisma;
const seen = (source: TestSource) => usersOf(database.db, source);
const ann = { username: 'ann' };

/** Sources with the same people, matched by username; the first has the highest priority. */
async function addSources(names: readonly string[], settings: SourceSettings = {}) {
  const priority = (at: number) => names.length - at;
  const all = names.map((name, at) =>
    engine.addSource(name, { matchKeys: ['username'], priority: priority(at), ...settings }),
  );
  return Promise.all(all);
}

async function read(source: TestSource, user: Records) {
  source.script.full = fullRead({ user });
  const first = await engine.sync(source);
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

async function say(source: TestSource, user: Records) {
  source.script.delta = [recordsMessage('user', user)];
  return engine.sync(source, { mode: 'delta' });
}

const theUser = () => prisma().user.findFirstOrThrow({ where: { usernameKey: 'ann' } });

describe('R13: each field is that of the highest source that supplies it', () => {
  test.each([
    ['the higher one first', [0, 1]],
    ['the lower one first', [1, 0]],
    ['both again and again', [0, 1, 0, 1, 1]],
  ])('%s', async (_name, order) => {
    const [hr, crm] = await addSources(['hr', 'crm']);
    const says = [
      { uid: 'h', ...ann, title: 'Lead', attributes: { badge: 1 } },
      { uid: 'c', ...ann, title: 'Customer', phone: '+49301234567', attributes: { badge: 2, since: 1999 } },
    ];
    for (const at of order) await read([hr!, crm!][at]!, [says[at]!]);
    expect(await theUser()).toMatchObject({
      title: 'Lead',
      phone: '+49301234567',
      attributes: { badge: 1, since: 1999 },
    });
  });

  test('of equal priority, the name decides', async () => {
    const [zeta, alpha] = await addSources(['zeta', 'alpha'], { priority: 5 });
    await read(alpha!, [{ uid: 'a', ...ann, title: 'by alpha' }]);
    await read(zeta!, [{ uid: 'z', ...ann, title: 'by zeta' }]);
    expect(await theUser()).toMatchObject({ title: 'by alpha' });
  });

  test('when it stops supplying, the next takes over; when none supplies, the field is cleared', async () => {
    const [hr, crm] = await addSources(['hr', 'crm']);
    await read(hr!, [{ uid: 'h', ...ann, title: 'Lead' }]);
    await read(crm!, [{ uid: 'c', ...ann, title: 'Customer' }]);
    await read(hr!, [{ uid: 'h', ...ann, title: null }]);
    expect(await theUser()).toMatchObject({ title: 'Customer' });
    await read(crm!, [{ uid: 'c', ...ann, title: null }]);
    expect(await theUser()).toMatchObject({ title: null });
    await read(hr!, [{ uid: 'h', ...ann, title: 'Boss' }]);
    expect(await theUser()).toMatchObject({ title: 'Boss' });
  });

  test('when its record goes, the next takes over', async () => {
    const [hr, crm] = await addSources(['hr', 'crm']);
    await read(hr!, [{ uid: 'h', ...ann, title: 'Lead', email: 'lead@x.com' }, { uid: 'other' }]);
    await read(crm!, [{ uid: 'c', ...ann, title: 'Customer', email: 'ann@x.com' }]);
    const { counts } = await read(hr!, [{ uid: 'other' }]);
    expect(counts['user']).toMatchObject({ removed: 1 });
    expect(await theUser()).toMatchObject({
      title: 'Customer',
      email: 'ann@x.com',
      emailKey: 'ann@x.com',
      active: true,
    });
  });

  test('the order in which sources run does not matter', async () => {
    let run = 0;
    const steps = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        run += 1;
        await database.reset();
        const sources = await addSources([`a${run}`, `b${run}`, `c${run}`]);
        const says = [
          { uid: 'x', ...ann, title: null, attributes: { one: null } },
          { uid: 'x', ...ann, title: 'B', nickname: 'B', attributes: { one: 1 } },
          { uid: 'x', ...ann, title: 'C', nickname: 'C', phone: '+49301234567', attributes: { one: 2, two: 2 } },
        ];
        for (const at of order) await read(sources[at]!, [says[at]!]);
        const wanted = { title: 'B', nickname: 'B', phone: '+49301234567', attributes: { one: 1, two: 2 } };
        expect(await theUser()).toMatchObject(wanted);
      }),
      { numRuns: 4 },
    );
  });

  test('a higher manager who is not there yet does not keep the lower one from counting', async () => {
    const [hr, crm] = await addSources(['hr', 'crm']);
    await read(crm!, [
      { uid: 'boss', username: 'boss' },
      { uid: 'c', ...ann, managerUid: 'boss' },
    ]);
    await say(hr!, [{ uid: 'h', ...ann, managerUid: 'chief' }]);
    const boss = await prisma().user.findFirstOrThrow({ where: { usernameKey: 'boss' } });
    expect(await theUser()).toMatchObject({ managerId: boss.id });
    await say(hr!, [{ uid: 'chief', username: 'chief' }]);
    const chief = await prisma().user.findFirstOrThrow({ where: { usernameKey: 'chief' } });
    expect(await theUser()).toMatchObject({ managerId: chief.id });
  });
});

describe('R14: removal', () => {
  test('deactivates only when no other source links the user', async () => {
    const [hr, crm] = await addSources(['hr', 'crm']);
    await read(hr!, [{ uid: 'h', ...ann }, { uid: 'other' }]);
    await read(crm!, [{ uid: 'c', ...ann }, { uid: 'other2' }]);
    await read(hr!, [{ uid: 'other' }]);
    expect(await theUser()).toMatchObject({ active: true, deactivatedAt: null });
    await read(crm!, [{ uid: 'other2' }]);
    const gone = await theUser();
    expect(gone).toMatchObject({ active: false });
    expect(gone.deactivatedAt).toBeInstanceOf(Date);
  });

  test('a user whom only the leaving source called inactive is in force again', async () => {
    const [hr, crm] = await addSources(['hr', 'crm']);
    await read(crm!, [{ uid: 'c', ...ann }]);
    await read(hr!, [{ uid: 'h', ...ann, active: false }, { uid: 'other' }]);
    expect(await theUser()).toMatchObject({ active: false });
    await read(hr!, [{ uid: 'other' }]);
    expect(await theUser()).toMatchObject({ active: true });
  });

  test.each(['deactivate', 'delete'] as const)(
    '%s: a return restores the same id, with everything',
    async (removal) => {
      const [hr] = await addSources(['hr'], { removal });
      const record = { uid: 'h', ...ann, title: 'Lead', attributes: { badge: 7 } };
      await read(hr!, [record, { uid: 'other' }]);
      const { id } = await theUser();
      const gone = await read(hr!, [{ uid: 'other' }]);
      expect(gone.counts['user']).toMatchObject({ removed: 1 });
      expect(await prisma().user.count({ where: { active: true } })).toBe(1);
      expect(await prisma().user.count()).toBe(removal === 'delete' ? 1 : 2);
      const back = await read(hr!, [record, { uid: 'other' }]);
      expect(back.counts['user']).toMatchObject({ restored: 1, created: 0 });
      expect(await theUser()).toMatchObject({ id, active: true, title: 'Lead', attributes: { badge: 7 } });
    },
  );

  test('keep: the link ends, the user stays as it is; a return links the same user', async () => {
    const [hr] = await addSources(['hr'], { removal: 'keep' });
    await read(hr!, [{ uid: 'h', ...ann, managerUid: 'other' }, { uid: 'other' }]);
    const { id, managerId } = await theUser();
    await read(hr!, [{ uid: 'other' }]);
    expect(await theUser()).toMatchObject({ id, active: true, managerId });
    expect(await seen(hr!)).toMatchObject({ h: { linked: false } });
    await read(hr!, [{ uid: 'h', ...ann }, { uid: 'other' }]);
    expect(await seen(hr!)).toMatchObject({ h: { linked: true, id } });
  });

  test('twice is once: a removed record that stays away is not removed again', async () => {
    const [hr] = await addSources(['hr']);
    await read(hr!, [{ uid: 'h' }, { uid: 'other' }]);
    await read(hr!, [{ uid: 'other' }]);
    const { counts } = await read(hr!, [{ uid: 'other' }]);
    expect(counts['user']).toMatchObject({ seen: 1, unchanged: 1, removed: 0 });
  });

  test('delete: while another source lists the user, the row stays', async () => {
    const [hr, crm] = await addSources(['hr', 'crm'], { removal: 'delete' });
    await read(hr!, [{ uid: 'h', ...ann }, { uid: 'other' }]);
    await read(crm!, [{ uid: 'c', ...ann }]);
    await read(hr!, [{ uid: 'other' }]);
    expect(await theUser()).toMatchObject({ active: true });
  });

  test('a user deleted by hand is not made again; the record says why', async () => {
    const [hr] = await addSources(['hr']);
    await read(hr!, [{ uid: 'h', ...ann }]);
    await prisma().user.deleteMany();
    const { taskId } = await read(hr!, [{ uid: 'h', ...ann, title: 'new' }]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/h: target_missing']);
    expect(await prisma().user.count()).toBe(0);
  });
});

describe('R15: a lock by hand', () => {
  test('outlasts every source until it is lifted', async () => {
    const [hr, crm] = await addSources(['hr', 'crm']);
    await read(hr!, [{ uid: 'h', ...ann, active: true }, { uid: 'other' }]);
    await prisma().user.updateMany({ where: { usernameKey: 'ann' }, data: { active: false, lockedAt: new Date() } });
    await read(hr!, [{ uid: 'h', ...ann, active: true, title: 'Lead' }, { uid: 'other' }]);
    expect(await theUser()).toMatchObject({ active: false, title: 'Lead' });
    await read(crm!, [{ uid: 'c', ...ann, active: true }]);
    await read(hr!, [{ uid: 'other' }]);
    await read(hr!, [{ uid: 'h', ...ann }, { uid: 'other' }]);
    expect(await theUser()).toMatchObject({ active: false });
    await prisma().user.updateMany({ where: { usernameKey: 'ann' }, data: { lockedAt: null } });
    await read(hr!, [{ uid: 'h', ...ann, title: 'Boss' }, { uid: 'other' }]);
    expect(await theUser()).toMatchObject({ active: true, title: 'Boss' });
  });
});
