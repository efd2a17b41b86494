import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { completeMessage, recordsMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** Ids that a delta reports as present without content. */
let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  source = await engine.addSource('hr');
});
afterAll(() => database.drop());

const user = (uid: string) => ({ uid, username: `name-${uid}` });
const present = (...externalIds: string[]): ScriptedMessage => ({ type: 'present', kind: 'user', externalIds });

async function firstSync(...uids: string[]): Promise<void> {
  source.script.full = fullRead({ user: uids.map(user) });
  expect((await engine.sync(source)).end).toBe('succeeded');
}

async function delta(...messages: ScriptedMessage[]) {
  source.script.delta = messages;
  const result = await engine.sync(source, { mode: 'delta' });
  const changes = await database.db.prisma.change.findMany({
    where: { taskId: result.taskId },
    orderBy: { id: 'asc' },
  });
  return { ...result, lines: changes.map(({ externalId, action, code }) => ({ externalId, action, code })) };
}

test('R30: linked ids that are named as present are unchanged', async () => {
  await firstSync('1', '2');
  const { end, counts, lines } = await delta(present('1', '2'), completeMessage('user'));
  expect({ end, lines }).toEqual({ end: 'succeeded', lines: [] });
  expect(counts['user']).toMatchObject({ seen: 2, unchanged: 2, skipped: 0 });
});

test('R30: an id that is named as present and was never read is skipped as not_read, and the task is partial', async () => {
  await firstSync('1');
  const { end, counts, lines } = await delta(present('1', '2'), completeMessage('user'));
  expect(end).toBe('partial');
  expect(lines).toEqual([{ externalId: '2', action: 'skip', code: 'not_read' }]);
  expect(counts['user']).toMatchObject({ seen: 2, unchanged: 1, skipped: 1, removed: 0 });
});

test('R30: an id of a removed record is not unchanged when it is named as present', async () => {
  await firstSync('1', '2', '3');
  await delta({ type: 'tombstones', kind: 'user', externalIds: ['2'] });
  const { end, lines } = await delta(present('1', '2', '3'), completeMessage('user'));
  expect({ end, lines }).toEqual({ end: 'partial', lines: [{ externalId: '2', action: 'skip', code: 'not_read' }] });
});

test.each([
  ['before', (record: ScriptedMessage) => [record, present('1', '2')]],
  ['after', (record: ScriptedMessage) => [present('1', '2'), record]],
])('an id whose record comes %s its mark is created', async (_, order) => {
  await firstSync('1');
  const { end, counts } = await delta(...order(recordsMessage('user', [user('2')])), completeMessage('user'));
  expect(end).toBe('succeeded');
  expect(counts['user']).toMatchObject({ created: 1, unchanged: 1, skipped: 0 });
});

test('R7: an id with a problem of its own keeps that one line', async () => {
  await firstSync('1');
  const rejected = { type: 'rejected', kind: 'user', externalId: '2', code: 'unreadable', reason: 'No.' } as const;
  const { end, lines } = await delta(rejected, present('1', '2'), completeMessage('user'));
  expect(end).toBe('partial');
  expect(lines).toEqual([{ externalId: '2', action: 'skip', code: 'unreadable' }]);
});

test('a tombstone for a record that is gone already is no unread record', async () => {
  await firstSync('1', '2');
  await delta({ type: 'tombstones', kind: 'user', externalIds: ['2'] });
  const { end, lines } = await delta({ type: 'tombstones', kind: 'user', externalIds: ['2', '9'] });
  expect({ end, lines }).toEqual({ end: 'succeeded', lines: [] });
});

test('a delta can ask which ids are not linked: never read, removed, skipped; a full read has nothing to ask', async () => {
  const rejected = { type: 'rejected', kind: 'user', externalId: '3', code: 'unreadable', reason: 'No.' } as const;
  source.script.full = [...fullRead({ user: [user('1'), user('2')] }), rejected];
  await engine.sync(source);
  await delta({ type: 'tombstones', kind: 'user', externalIds: ['2'] });
  await delta();
  const [full] = source.script.requests;
  const last = source.script.requests.at(-1);
  expect(full?.findUnlinked).toBeUndefined();
  expect(await last?.findUnlinked?.('user', ['1', '2', '3', '4'])).toEqual(['2', '3', '4']);
  expect(await last?.findUnlinked?.('department', ['1'])).toEqual(['1']);
  expect(await last?.findUnlinked?.('user', [])).toEqual([]);
});
