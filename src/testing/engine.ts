import { v7 as uuid } from 'uuid';
import type { RunTaskDeps } from '../pipeline/run-context.js';
import { runTask } from '../pipeline/run-task.js';
import type { TaskEnd } from '../pipeline/task-run.js';
import type { TaskCounts, TaskMode } from '../domain/task.js';
import type { Db } from '../platform/db.js';
import type { SourceAdapter } from '../sources/source-adapter.js';
import { SourceRegistry } from '../sources/source-registry.js';
import { departmentsTarget } from '../targets/departments.target.js';
import { membershipsTarget } from '../targets/memberships.target.js';
import { TargetRegistry } from '../targets/target-registry.js';
import type { Target } from '../targets/target.js';
import { usersTarget } from '../targets/users.target.js';
import { completeMessage, recordsMessage, Script, scriptedAdapter, type ScriptedMessage } from './scripted-adapter.js';

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

export interface SourceSettings {
  readonly type?: string;
  readonly config?: object;
  readonly matchKeys?: readonly string[];
  readonly priority?: number;
  readonly removal?: 'deactivate' | 'delete' | 'keep';
  readonly guard?: object;
  readonly mapping?: object;
}

export interface SyncOptions {
  readonly mode?: TaskMode;
  readonly dryRun?: boolean;
  /** Go on with this task instead of a new one. */
  readonly taskId?: string;
  readonly signal?: AbortSignal;
}

export interface SyncResult {
  readonly taskId: string;
  readonly end: TaskEnd;
  readonly counts: TaskCounts;
  readonly task: NonNullable<Awaited<ReturnType<Db['prisma']['syncTask']['findUnique']>>>;
}

/** Builds the pipeline for tests; `targets` and `adapters` come on top of the built-in ones. */
export function createEngine(
  db: Db,
  extras: { readonly targets?: readonly Target[]; readonly adapters?: readonly SourceAdapter[] } = {},
): Engine {
  const scripts: Record<string, Script> = {};
  const sources = new SourceRegistry();
  const targets = new TargetRegistry([departmentsTarget, usersTarget, membershipsTarget, ...(extras.targets ?? [])]);
  sources.register(scriptedAdapter({ scripts, kinds: targets.kinds() }));
  for (const adapter of extras.adapters ?? []) sources.register(adapter);
  const logged: unknown[] = [];
  const deps: RunTaskDeps = {
    db,
    sources,
    targets,
    openConfig: (source) => source.config,
    recordLog: { write: (entry) => void logged.push(entry), close: () => Promise.resolve() },
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
    },
  });
  return { id: source.id, name, script };
}

async function sync(deps: RunTaskDeps, source: TestSource, options: SyncOptions): Promise<SyncResult> {
  const taskId = options.taskId ?? (await addTask(deps.db, source, options));
  const { fence } = await deps.db.prisma.syncTask.update({
    where: { id: taskId },
    data: { fence: { increment: 1 }, startedAt: new Date(), heartbeatAt: new Date() },
  });
  const signal = options.signal ?? new AbortController().signal;
  const end = await runTask(deps, { taskId, fence, signal, report: (options as { report?: () => void }).report ?? (() => undefined) });
  const task = await deps.db.prisma.syncTask.findUniqueOrThrow({ where: { id: taskId } });
  return { taskId, end, task, counts: task.counts as unknown as TaskCounts };
}

async function addTask(db: Db, source: TestSource, { mode = 'full', dryRun = false }: SyncOptions): Promise<string> {
  const id = uuid();
  await db.prisma.syncTask.create({
    data: { id, batch: id, sourceId: source.id, trigger: 'manual', mode, dryRun, status: 'pulling' },
  });
  return id;
}
