import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { claimTask } from './claim-task.store.js';
import { retryTask } from './retry-task.store.js';
import { supersedeHeld } from './held-tasks.store.js';
import { undoTask } from './undo-task.store.js';

let database: TestDatabase;
let world: TaskWorld;
let sourceId: string;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.reset();
  world = createTaskWorld(database.db);
  sourceId = await world.addSource('hr');
});
afterAll(() => database.drop());

const prisma = () => database.db.prisma;
const ended = { status: 'succeeded', markRank: 9, finishedAt: new Date() } as const;
async function addEnded(row: object = {}): Promise<string> {
  const taskId = await world.addTask(sourceId, { ...ended, ...row });
  const line = { taskId, rank: 3, target: 'users', kind: 'user', externalId: 'u', action: 'update' };
  await prisma().change.create({ data: line });
  return taskId;
}
const undo = (taskId: string, more: object = {}) => undoTask(world.deps, { taskId, requestedBy: 'key:1', ...more });

test.each(['succeeded', 'partial', 'failed', 'cancelled'] as const)('a %s task can be undone', async (status) => {
  const taskId = await addEnded({ status });
  const { task, joined } = await undo(taskId, { reason: 'bad export' });
  expect(joined).toBe(false);
  expect(task).toMatchObject({ mode: 'undo', trigger: 'undo', status: 'queued', undoes: taskId, dryRun: false });
  expect(world.rings).toEqual([`${task.id} 1`]);
  expect(await prisma().auditEntry.findFirst({ where: { action: 'task.undo' } })).toMatchObject({
    objectId: task.id,
    actor: 'key:1',
    detail: { undoes: taskId, reason: 'bad export' },
  });
});

test.each([
  ['queued', 'task_not_ended'],
  ['applying', 'task_not_ended'],
  ['held', 'task_not_ended'],
] as const)('a %s task can not: %s', async (status, code) => {
  await expect(undo(await addEnded({ status }))).rejects.toMatchObject({ status: 409, code });
});

test('nor one that changed nothing, only planned, or whose changes are pruned', async () => {
  const refused = { status: 409, code: 'nothing_to_undo' };
  await expect(undo(await world.addTask(sourceId, ended))).rejects.toMatchObject(refused);
  await expect(undo(await addEnded({ dryRun: true }))).rejects.toMatchObject(refused);
  await expect(undo(await addEnded({ markRank: -1 }))).rejects.toMatchObject(refused);
  await expect(undo('018f0000-0000-7000-8000-000000000001')).rejects.toMatchObject({ code: 'task_not_found' });
});

test('R41: the same undo is joined, another one waits until it has begun', async () => {
  const taskId = await addEnded();
  const first = await undo(taskId);
  expect(await undo(taskId)).toMatchObject({ joined: true, task: { id: first.task.id } });
  await expect(undo(await addEnded())).rejects.toMatchObject({ code: 'undo_queued' });
  expect((await undo(taskId, { dryRun: true })).joined).toBe(false);
});

test('a disabled source does not keep an undo from its work, or from being retried', async () => {
  const { task } = await undo(await addEnded());
  await prisma().source.update({ where: { id: sourceId }, data: { enabled: false } });
  expect(await claimTask(world.deps, { taskId: task.id, worker: 'w' })).toMatchObject({ claimed: true });
  await prisma().syncTask.update({ where: { id: task.id }, data: { status: 'failed' } });
  const { joined } = await retryTask(world.deps, { taskId: task.id, requestedBy: 'key:1' });
  expect(joined).toBe(false);
  expect(await claimTask(world.deps, { taskId: task.id, worker: 'w' })).toMatchObject({ claimed: true });
});

test('R33: a newer full task does not supersede a held undo, which a person asked for', async () => {
  const held = { reasons: [], planHash: 'h', expiresAt: new Date(Date.now() + 60_000).toISOString() };
  const undoing = await world.addTask(sourceId, { status: 'held', mode: 'undo', held });
  const full = await world.addTask(sourceId, { status: 'held', held });
  await supersedeHeld(prisma(), { taskId: await world.addTask(sourceId), sourceId });
  expect((await world.row(undoing)).status).toBe('held');
  expect((await world.row(full)).status).toBe('cancelled');
});
