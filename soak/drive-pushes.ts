import type { FaultApi, FaultWorld } from '../src/testing/fault/fault-world.js';
import { approveTask } from '../src/tasks/life/held-tasks.store.js';
import { retryTask } from '../src/tasks/life/retry-task.store.js';
import type { SyncTask } from '../src/generated/prisma/client.js';
import { persist } from './persist.js';
import type { Random } from './random.js';
import { addFault, count, type Tally } from './tally.js';

/** What drives one client that pushes. */
export interface PushDrive {
  readonly world: FaultWorld;
  /** The API of the moment. */
  readonly api: () => FaultApi;
  readonly random: Random;
  readonly tally: Tally;
  readonly name: string;
  readonly isOver: () => boolean;
}

interface Accepted {
  readonly pushId: string;
}

/**
 * Pushes small batches, each with a key of its own, and sends each again until it is answered with 202, as a client
 * does. In the end every push that was answered must be finished once, and the last word about each person must stand.
 */
export async function drivePushes(drive: PushDrive): Promise<void> {
  const { world, random, name, tally } = drive;
  await persist(() => world.tasks.addSource(name, { type: 'push' }));
  const model = new Map<string, string | null>();
  const accepted = new Set<string>();
  for (let turn = 0; !drive.isOver(); turn += 1) {
    const records = Array.from({ length: random.between(1, 5) }, () => record(random, name, turn, model));
    accepted.add(await send(drive, records, `${name}-${turn}`));
    tally.pushes += 1;
    await new Promise((resolve) => setTimeout(resolve, random.between(50, 600)));
  }
  await settle(drive, accepted);
  await compare(drive, model);
}

function record(random: Random, name: string, turn: number, model: Map<string, string | null>) {
  const uid = `p${random.between(0, 60)}`;
  if (random.next() < 0.1) {
    if (model.has(uid)) model.set(uid, null);
    return { uid, isDeleted: true };
  }
  const title = `turn ${turn}`;
  model.set(uid, title);
  return { uid, username: `${name}-${uid}`, title };
}

async function send({ api, name }: PushDrive, records: readonly unknown[], key: string): Promise<string> {
  return persist(async () => {
    const body = { kind: 'user', records };
    const path = `/api/v1/sources/${name}/records`;
    const answer = await api().call<Accepted>('POST', path, body, { 'idempotency-key': key });
    if (answer.status !== 202) throw new Error(`A push was answered with ${answer.status}.`);
    return answer.body.pushId;
  });
}

/** Waits for the results of all pushes; what failed is retried and what is held is approved, as a person would. */
async function settle({ world, tally, name }: PushDrive, accepted: ReadonlySet<string>): Promise<void> {
  const { prisma } = world.database.db;
  const find = () => persist(() => prisma.push.findMany({ where: { source: { name } }, include: { task: true } }));
  for (const deadline = Date.now() + 120_000; Date.now() < deadline;) {
    const pushes = await find();
    const failed = new Set(pushes.filter((one) => one.task?.status === 'failed').map((one) => one.taskId));
    for (const taskId of failed) {
      tally.retries += 1;
      await persist(() => retryTask(world.tasks.deps, { taskId: taskId!, requestedBy: 'soak' }));
    }
    await approveHeld(world, tally, pushes);
    if (failed.size === 0 && pushes.every((one) => one.finishedAt !== null)) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const pushes = await find();
  for (const one of pushes) {
    const status = (one.result as { status?: string } | null)?.status ?? 'without a result';
    count(tally.tasks, `push ${status}`);
    if (status !== 'succeeded')
      addFault(tally, 'lost', `push ${one.id} is ${status}; its task is ${inWords(one.task)}`);
    if (!accepted.has(one.id)) addFault(tally, 'twice', `push ${one.id} was stored, but another one was answered`);
  }
  const stored = new Set(pushes.map((one) => one.id));
  for (const id of accepted) if (!stored.has(id)) addFault(tally, 'lost', `push ${id} is not there`);
}

/**
 * R32: a client that deletes many within a day needs approval, push by push. A plan that moved meanwhile is held again.
 */
async function approveHeld(
  world: FaultWorld,
  tally: Tally,
  pushes: readonly { readonly task: SyncTask | null }[],
): Promise<void> {
  const held = new Map(pushes.flatMap(({ task }) => (task?.status === 'held' ? [[task.id, task] as const] : [])));
  for (const [taskId, task] of held) {
    const { planHash } = task.held as { planHash: string };
    const approval = { taskId, planHash, reason: 'soak', requestedBy: 'soak' };
    tally.approvals += 1;
    await approveTask(world.tasks.deps, approval).catch(() => undefined);
  }
}

function inWords(task: SyncTask | null): string {
  if (task === null) return 'none';
  const { id, mode, status, attempt, crashes, fence, fenced, errorCode } = task;
  return `${id} ${JSON.stringify({ mode, status, attempt, crashes, fence, fenced, errorCode })}`;
}

async function compare({ world, tally, name }: PushDrive, model: ReadonlyMap<string, string | null>): Promise<void> {
  const { rows } = await world.database.db.pool.query<{ uid: string; title: string; active: boolean }>(
    `SELECT split_part(username, '-', 2) AS uid, title, active FROM users WHERE username LIKE $1`,
    [`${name}-%`],
  );
  const seen = new Map(rows.map((row) => [row.uid, row]));
  if (rows.length > seen.size) addFault(tally, 'twice', `${name}: ${rows.length - seen.size} people are duplicates`);
  for (const [uid, title] of model) {
    const row = seen.get(uid);
    // A person whom one push created and deleted need not be there.
    if (!row) {
      if (title !== null) addFault(tally, 'lost', `${name}/${uid} is not there`);
    } else if (title === null && row.active) addFault(tally, 'lost', `${name}/${uid}: the removal`);
    else if (title !== null && !row.active) addFault(tally, 'removedWrongly', `${name}/${uid}`);
    else if (title !== null && row.title !== title)
      addFault(tally, 'lost', `${name}/${uid}: ${row.title}, not ${title}`);
  }
}
