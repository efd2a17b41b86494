import { v7 as uuidv7 } from 'uuid';
import type { ReadMode, TaskStatus } from '../../domain/task.js';
import type { Db } from '../../platform/db.js';
import type { Logger } from '../../platform/logger.js';
import type { RecordLogEntry } from '../../platform/record-log.js';
import { PushBatcher } from '../../tasks/inbox/push-batcher.js';
import { PushWaiters } from '../../tasks/inbox/wait-for-push.store.js';
import type { AcceptPushDeps, RequestSyncDeps } from '../../tasks/life/task.js';

/** The life of tasks on a test database, with a bell that is only counted. */
export interface TaskWorld {
  readonly deps: RequestSyncDeps & AcceptPushDeps & { readonly pushWaiters: PushWaiters };
  /** Rings so far: `<task id> <ring>`. */
  readonly rings: string[];
  readonly logged: RecordLogEntry[];
  /** While set, ringing fails as with a queue that is down. */
  queueIsDown: boolean;
  /** Rings that the queue still has, as `rings` has them. */
  readonly ringing: Set<string>;
  addSource(name: string, settings?: Readonly<Record<string, unknown>>): Promise<string>;
  addTask(sourceId: string, row?: Readonly<Record<string, unknown>> & { status?: TaskStatus }): Promise<string>;
  /** A task's row as it is. */
  row(taskId: string): Promise<NonNullable<Awaited<ReturnType<Db['prisma']['syncTask']['findUnique']>>>>;
}

/** A logger that says nothing. */
export const SILENT = { info: noop, warn: noop, error: noop, debug: noop, child: () => SILENT } as unknown as Logger;

/** Builds the world: `push` sources know deltas, `pull` sources both modes. */
export function createTaskWorld(db: Db): TaskWorld {
  const rings: string[] = [];
  const ringing = new Set<string>();
  const logged: RecordLogEntry[] = [];
  const bell = {
    ring(taskId: string, ring: number) {
      if (world.queueIsDown) return Promise.reject(new Error('queue down'));
      rings.push(`${taskId} ${ring}`);
      return Promise.resolve();
    },
    isRinging: (taskId: string, ring: number) =>
      world.queueIsDown ? Promise.reject(new Error('queue down')) : Promise.resolve(ringing.has(`${taskId} ${ring}`)),
  };
  const recordLog = {
    write: (entry: RecordLogEntry) => Promise.resolve(void logged.push(entry)),
    close: () => Promise.resolve(),
  };
  const world: TaskWorld = {
    deps: {
      ...{ db, bell, recordLog, logger: SILENT, supportedModes },
      ...{ pushBatcher: new PushBatcher(db.pool), pushWaiters: new PushWaiters(db) },
    },
    rings,
    ringing,
    logged,
    queueIsDown: false,
    addSource: (name, settings = {}) => addSource(db, name, settings),
    addTask: (sourceId, row = {}) => addTask(db, sourceId, row),
    row: (id) => db.prisma.syncTask.findUniqueOrThrow({ where: { id } }),
  };
  return world;
}

function supportedModes(type: string): readonly ReadMode[] {
  return type === 'push' ? ['delta'] : type === 'pull' ? ['full', 'delta'] : [];
}

async function addSource(db: Db, name: string, settings: object): Promise<string> {
  const data = { id: uuidv7(), name, title: name, type: 'pull', config: {}, matchKeys: [], redact: [], ...settings };
  return (await db.prisma.source.create({ data })).id;
}

async function addTask(db: Db, sourceId: string, row: Readonly<Record<string, unknown>>): Promise<string> {
  const id = uuidv7();
  const basics = { id, sourceId, trigger: 'manual', mode: 'full', status: 'queued' };
  await db.prisma.syncTask.create({ data: { ...basics, ...row } });
  return id;
}

function noop(): void {
  // Says nothing.
}
