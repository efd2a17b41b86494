import { ringId } from '../../queue/jobs.js';
import { requestSync } from '../../tasks/life/request-sync.store.js';
import type { TestDatabase } from '../servers/test-database.js';
import { waitFor } from '../wait-for.js';
import { ARE_CONTROLS, isFailedExpectation } from './fault-test.js';
import type { FaultProcess } from './fault-process.js';
import { type FaultWorld, openFaultWorld } from './fault-world.js';
import type { Mutation } from './mutations.js';
import type { Patch } from './patch.js';
import { firstListing, secondListing, snapshot } from './people.js';
import { type SourceServer, startSourceServer } from './source-server.js';

/** A source that was synced once and has news for the next sync. */
export interface SeededSource {
  readonly id: string;
  readonly name: string;
}

/** A task's row. */
export type TaskRow = Awaited<ReturnType<FaultWorld['tasks']['row']>>;

/**
 * A world in which one worker after the other is killed. The next one is started early, so that no test waits for it.
 */
export interface KillLane {
  readonly world: FaultWorld;
  readonly server: SourceServer;
  /** The worker at work. */
  readonly worker: FaultProcess;
  /** A source with 30 people synced, whose next read has news of every sort. */
  seededSource(): Promise<SeededSource>;
  /** Lets the next worker begin, when the one at work is dead. */
  replaceWorker(): Promise<void>;
  sync(source: SeededSource): Promise<string>;
  /** Waits until the task has ended or is held, with a time limit. @returns the task as it is then. */
  settled(taskId: string): Promise<TaskRow>;
  /** Waits until the queue knows that every ring of the task was answered. */
  heard(taskId: string): Promise<void>;
  /** Rings for a task that has ended, and waits until the queue knows the answer. */
  ringAgain(taskId: string): Promise<void>;
  /** The state of an undisturbed task and its source. */
  undisturbed(): Promise<{ readonly counts: unknown; readonly state: unknown }>;
  close(): Promise<void>;
}

const ENDED = ['succeeded', 'partial', 'failed', 'cancelled', 'held'];

/** How long a test waits for what the guard brings; a control waits for what will not come. */
export const GUARD_TIMEOUT_MS = ARE_CONTROLS ? 15_000 : 40_000;

/** For what no guard is about: only a machine that is too busy takes so long. */
const SEED_MS = 90_000;

/** Sources that are seeded at once. */
const STOCK = 4;

/** Opens a lane on a product that lacks what the mutation takes away; `more` is patched in any case. */
export async function openKillLane(
  mutation: Mutation = {},
  more: readonly Patch[] = [],
  database?: TestDatabase,
): Promise<KillLane> {
  const patches = [...(mutation.patches ?? []), ...more];
  const world = await openFaultWorld({ ...mutation, patches, ...(database ? { database } : {}) });
  const server = await startSourceServer();
  const lane = new Lane(world, server);
  await lane.begin();
  return lane;
}

let open: { readonly mutation: Mutation; readonly lane: KillLane } | undefined;

/**
 * Runs a test in the lane of this file, which is opened anew where the product must lack something else than before. After
 * an error that is not a failed expectation (a point that was never reached) the lane is closed: its worker may be dead,
 * or be killed in the middle of the next test.
 */
export async function inKillLane(mutation: Mutation, body: (lane: KillLane) => Promise<void>): Promise<void> {
  if (open?.mutation !== mutation) {
    await closeKillLane();
    open = { mutation, lane: await openKillLane(mutation) };
  }
  try {
    await body(open.lane);
  } catch (error) {
    if (!isFailedExpectation(error)) await closeKillLane();
    throw error;
  }
}

/** Closes the lane of this file. */
export async function closeKillLane(): Promise<void> {
  const last = open;
  open = undefined;
  await last?.lane.close();
}

class Lane implements KillLane {
  worker!: FaultProcess;
  private spare!: Promise<FaultProcess>;
  private readonly stock: SeededSource[] = [];
  private seeded = 0;
  private reference: { counts: unknown; state: unknown } | undefined;

  constructor(
    readonly world: FaultWorld,
    readonly server: SourceServer,
  ) {}

  async begin(): Promise<void> {
    this.worker = await this.world.startWorker();
    this.spare = this.world.startWorker({ stalled: true });
  }

  async replaceWorker(): Promise<void> {
    this.worker = await this.spare;
    this.worker.postgres.heal();
    this.spare = this.world.startWorker({ stalled: true });
  }

  async seededSource(): Promise<SeededSource> {
    if (this.stock.length === 0)
      this.stock.push(...(await Promise.all(Array.from({ length: STOCK }, () => this.seed()))));
    return this.stock.shift()!;
  }

  async undisturbed() {
    if (this.reference) return this.reference;
    const source = await this.seededSource();
    const taskId = await this.sync(source);
    const row = await this.settled(taskId, SEED_MS);
    await this.heard(taskId);
    if (row.status !== 'succeeded') throw new Error(`An undisturbed sync ended as ${row.status}: ${row.errorMessage}`);
    this.reference = { counts: row.counts, state: await snapshot(this.world.database.db, source.id) };
    return this.reference;
  }

  async sync({ name }: SeededSource): Promise<string> {
    const { task } = await requestSync(this.world.tasks.deps, { sourceName: name, requestedBy: 'test' });
    return task.id;
  }

  async settled(taskId: string, timeoutMs = GUARD_TIMEOUT_MS): Promise<TaskRow> {
    const look = () => this.world.tasks.row(taskId);
    await waitFor(async () => ENDED.includes((await look()).status), timeoutMs).catch(() => undefined);
    return look();
  }

  async heard(taskId: string): Promise<void> {
    const { ring } = await this.world.tasks.row(taskId);
    const ids = Array.from({ length: ring }, (_, at) => ringId(taskId, at + 1));
    const { queue } = this.world.queue.backend;
    const states = () => Promise.all(ids.map((id) => queue.getJobState(id)));
    const isHeard = async () => (await states()).every((state) => state !== 'active' && state !== 'waiting');
    await waitFor(isHeard, SEED_MS);
  }

  async ringAgain(taskId: string): Promise<void> {
    const { ring } = await this.world.tasks.row(taskId);
    const job = ringId(taskId, ring + 1);
    const { queue } = this.world.queue.backend;
    await this.world.queue.ring(taskId, ring + 1);
    await waitFor(async () => (await queue.getJobState(job)) === 'completed');
  }

  async close(): Promise<void> {
    await this.spare;
    await this.world.stop();
    await this.server.close();
  }

  private async seed(): Promise<SeededSource> {
    const name = `hr${(this.seeded += 1)}`;
    this.server.listings.set(name, firstListing(name));
    const id = await this.world.tasks.addSource(name, { type: 'paged', config: { url: `${this.server.url}/${name}` } });
    const taskId = await this.sync({ id, name });
    const row = await this.settled(taskId, SEED_MS);
    if (row.status !== 'succeeded') throw new Error(`A first sync ended as ${row.status}: ${row.errorMessage}`);
    await this.heard(taskId);
    this.server.listings.set(name, secondListing(name));
    return { id, name };
  }
}
