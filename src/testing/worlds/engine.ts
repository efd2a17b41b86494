import { v7 as uuid } from 'uuid';
import type { PhaseReport, RunTaskDeps, TaskEnd } from '../../pipeline/run-context.js';
import { runTask } from '../../pipeline/run-task.js';
import { isReadless, type TaskCounts, type TaskMode } from '../../domain/task.js';
import type { Db } from '../../platform/db.js';
import type { SourceAdapter } from '../../sources/source-adapter.js';
import { manualAdapter } from '../../sources/push/manual.adapter.js';
import { SourceRegistry } from '../../sources/source-registry.js';
import { departmentsTarget } from '../../targets/departments.target.js';
import { membershipsTarget } from '../../targets/memberships.target.js';
import { TargetRegistry } from '../../targets/target-registry.js';
import type { Target } from '../../targets/target.js';
import { usersTarget } from '../../targets/users.target.js';
import { createInbox } from '../../tasks/inbox/inbox.store.js';
import {
  completeMessage,
  recordsMessage,
  Script,
  scriptedAdapter,
  type ScriptedMessage,
} from '../fakes/scripted-adapter.js';

/** The pipeline on a test database, without queue and workers. */
export interface Engine {
  readonly db: Db;
  readonly deps: RunTaskDeps;
  /** Raw record log lines that were written. */
  readonly logged: unknown[];
  /** Makes a source with a script of its own; `api`-like settings otherwise. */
  addSource(name: string, settings?: SourceSettings): Promise<TestSource>;
  /** Runs a task of a source to its end and reads it back. */
  sync(source: TestSource, options?: SyncOptions): Promise<SyncResult>;
}

/** A source whose outside world is a script. */
export interface TestSource {
  readonly id: string;
  readonly name: string;
  readonly script: Script;
}

/** What a test source can be made to differ in. */
export interface SourceSettings {
  readonly type?: string;
  readonly config?: object;
  readonly matchKeys?: readonly string[];
  readonly priority?: number;
  readonly removal?: 'deactivate' | 'delete' | 'keep';
  readonly guard?: object;
  readonly mapping?: object;
  readonly rawLog?: boolean;
  readonly redact?: readonly string[];
  readonly placeholders?: { readonly add: readonly string[]; readonly remove: readonly string[] };
}

/** Which task is run, and what may happen meanwhile. */
export interface SyncOptions {
  readonly mode?: TaskMode;
  readonly dryRun?: boolean;
  /** Take this task back instead of reading the source. */
  readonly undoes?: string;
  /** Go on with this task instead of a new one: after a crash, a failure, a hold. */
  readonly taskId?: string;
  /** The plan of the held task that a person allows. */
  readonly approve?: string;
  readonly signal?: AbortSignal;
  readonly onReport?: (report: PhaseReport) => void;
}

/** How a run ended, with the task as it was left. */
export interface SyncResult {
  readonly taskId: string;
  readonly end: TaskEnd;
  readonly counts: TaskCounts;
  readonly task: NonNullable<Awaited<ReturnType<Db['prisma']['syncTask']['findUnique']>>>;
}

/** What comes on top of the built-in targets and adapters. */
export interface EngineExtras {
  /** On top of the built-in ones, or instead of the one with the same name. */
  readonly targets?: readonly Target[];
  /** On top of the built-in one. */
  readonly adapters?: readonly SourceAdapter[];
  /** Of the scripted adapter, default true. */
  readonly resumable?: boolean;
  /** Default: options are stored as they are. */
  readonly openConfig?: RunTaskDeps['openConfig'];
}

/** Builds the pipeline for tests. */
export function createEngine(db: Db, extras: EngineExtras = {}): Engine {
  const scripts: Record<string, Script> = {};
  const sources = new SourceRegistry();
  const targets = new TargetRegistry(withExtras([departmentsTarget, usersTarget, membershipsTarget], extras.targets));
  sources.register(scriptedAdapter({ scripts, kinds: targets.kinds(), resumable: extras.resumable ?? true }));
  sources.register(manualAdapter({ inbox: createInbox(db) }));
  for (const adapter of extras.adapters ?? []) sources.register(adapter);
  const logged: unknown[] = [];
  const deps: RunTaskDeps = {
    db,
    sources,
    targets,
    openConfig: extras.openConfig ?? ((source) => source.config),
    erasureKey: { open: () => Promise.resolve(Buffer.alloc(32, 'engine')) },
    recordLog: { write: (entry) => Promise.resolve(void logged.push(entry)), close: () => Promise.resolve() },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined } as never,
  };
  return {
    db,
    deps,
    logged,
    addSource: (name, settings = {}) => addSource(db, scripts, name, settings),
    sync: (source, options = {}) => sync(deps, source, options),
  };
}

function withExtras(builtIn: readonly Target[], extras: readonly Target[] = []): readonly Target[] {
  return [...builtIn.filter((target) => !extras.some((extra) => extra.name === target.name)), ...extras];
}

/** A full read of these records: every given kind read to its proved end. */
export function fullRead(
  records: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>,
): ScriptedMessage[] {
  return Object.entries(records).flatMap(([kind, list]) => [recordsMessage(kind, list), completeMessage(kind)]);
}

async function addSource(
  db: Db,
  scripts: Record<string, Script>,
  name: string,
  settings: SourceSettings,
): Promise<TestSource> {
  const script = new Script();
  scripts[name] = script;
  const source = await db.prisma.source.create({
    data: {
      id: uuid(),
      name,
      title: name,
      type: settings.type ?? 'scripted',
      config: settings.config ?? { script: name },
      matchKeys: [...(settings.matchKeys ?? [])],
      priority: settings.priority ?? 0,
      removal: settings.removal ?? 'deactivate',
      guard: settings.guard ?? { maxPercent: 100, maxRecords: 1_000_000 },
      mapping: settings.mapping ?? {},
      rawLog: settings.rawLog ?? true,
      redact: [...(settings.redact ?? [])],
      placeholders: settings.placeholders ?? { add: [], remove: [] },
    },
  });
  return { id: source.id, name, script };
}

async function sync(deps: RunTaskDeps, source: TestSource, options: SyncOptions): Promise<SyncResult> {
  const taskId = options.taskId ?? (await addTask(deps.db, source, options));
  const fence = await claim(deps.db, taskId, options.approve ?? null);
  const signal = options.signal ?? new AbortController().signal;
  const end = await runTask(deps, { taskId, fence, signal, report: options.onReport ?? (() => undefined) });
  const task = await deps.db.prisma.syncTask.findUniqueOrThrow({ where: { id: taskId } });
  return { taskId, end, task, counts: task.counts as unknown as TaskCounts };
}

/** As a worker takes a task: one that applied goes on applying, one that was read plans again. @returns its fence. */
async function claim(db: Db, taskId: string, approve: string | null): Promise<number> {
  const { rows } = await db.pool.query<{ fence: number }>(
    `UPDATE sync_tasks SET fence = fence + 1, heartbeat_at = now(), started_at = coalesce(started_at, now()),
       status = CASE WHEN status = 'applying' THEN status WHEN pulled THEN 'planning' ELSE 'pulling' END,
       approved_hash = coalesce($2, approved_hash), approved_at = CASE WHEN $2 IS NULL THEN approved_at ELSE now() END
     WHERE id = $1 RETURNING fence`,
    [taskId, approve],
  );
  return rows[0]?.fence ?? 0;
}

async function addTask(db: Db, source: TestSource, options: SyncOptions): Promise<string> {
  const { mode = 'full', dryRun = false, undoes } = options;
  const id = uuid();
  await db.prisma.syncTask.create({
    data: {
      ...{ id, batch: id, sourceId: source.id, trigger: 'manual', mode, dryRun, status: 'pulling' },
      ...(isReadless(mode) ? { pulled: true } : {}),
      ...(undoes ? { mode: 'undo', trigger: 'undo', pulled: true, undoes } : {}),
    },
  });
  return id;
}
