import type { Placeholders, PlaceholderSettings } from '../domain/placeholder.js';
import type { TaskMode, TaskPhase, TaskStatus } from '../domain/task.js';
import type { Db, Tx } from '../platform/db.js';
import type { Logger } from '../platform/logger.js';
import type { RecordLog } from '../platform/record-log.js';
import type { SourceAdapter } from '../sources/source-adapter.js';
import type { SourceRegistry } from '../sources/source-registry.js';
import type { PlanScope } from '../targets/target.js';
import type { TargetRegistry } from '../targets/target-registry.js';

/** The dependencies of the pipeline. */
export interface RunTaskDeps {
  readonly db: Db;
  readonly sources: SourceRegistry;
  readonly targets: TargetRegistry;
  /** The source's options with decrypted secrets. @throws SourceConfigError when the adapter no longer accepts them. */
  readonly openConfig: (source: { id: string; type: string; config: unknown; dataKey: string | null }) => unknown;
  /** Opens the key for hashes of erased people; that of plans is derived from it. @throws SecretKeyMissingError */
  readonly erasureKey: { open(tx: Tx): Promise<Uint8Array> };
  readonly recordLog: RecordLog;
  readonly logger: Logger;
}

/** The task as it was claimed. */
export interface RunningTask {
  readonly id: string;
  readonly batch: string;
  readonly mode: TaskMode;
  readonly dryRun: boolean;
  readonly status: TaskStatus;
  /** The read is finished: only plan and apply are left. */
  readonly pulled: boolean;
  readonly checkpoint: unknown;
  readonly checkpointSeq: bigint;
  readonly approvedHash: string | null;
  /** Another worker took it over while it applied the safe part of its plan: the rest is not planned yet. */
  readonly safePart: boolean;
  /** The task that it undoes; null unless its mode is `undo`. */
  readonly undoes: string | null;
}

/** The source at the start of the run. */
export interface RunningSource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly config: unknown;
  /** The key that seals its secrets, wrapped. */
  readonly dataKey: string | null;
  readonly matchKeys: readonly string[];
  readonly priority: number;
  readonly removal: 'deactivate' | 'delete' | 'keep';
  /** Limits that differ from the defaults, and `applySafeChanges` (R31). */
  readonly guard: { readonly applySafeChanges?: boolean } & Readonly<Record<string, unknown>>;
  readonly mapping: unknown;
  readonly rawLog: boolean;
  readonly redact: readonly string[];
  readonly placeholders: PlaceholderSettings;
  readonly cursor: unknown;
}

/** The data that the phases of one run share. */
export interface RunContext extends RunTaskDeps {
  readonly run: TaskRun;
  readonly task: RunningTask;
  readonly source: RunningSource;
  /** The texts that mean "no value" in the source (R2). */
  readonly placeholders: Placeholders;
  readonly adapter: SourceAdapter;
  readonly scope: PlanScope;
}

/** A claim of a task, with the data that a worker needs to run it. */
export interface TaskRun {
  readonly taskId: string;
  /** Checked by every transaction; a worker with an older number writes nothing. */
  readonly fence: number;
  /** Aborted with TaskCancelledError, ShutdownError or FencedError as its reason. */
  readonly signal: AbortSignal;
  /** Called after each page and at the start and end of each phase; never throws. */
  readonly report: (report: PhaseReport) => void;
}

/** The progress of a phase. */
export interface PhaseReport {
  readonly phase: TaskPhase;
  /** A short line for the job's log, when something began or ended; only numbers, no names. */
  readonly line?: string;
  readonly done: number;
  /** null = not known yet. */
  readonly total: number | null;
}

/** The status after a run without an error. A held task waits for approval. */
export type TaskEnd = Extract<TaskStatus, 'succeeded' | 'partial' | 'held'>;

/** Records in one transaction of pull, plan and apply; limits the memory of a worker. */
export const PAGE_SIZE = 1_000;

/** Lines in one transaction of an apply inside the database; limits how long other transactions wait for a row. */
export const PLAIN_PAGE = 2_000;
