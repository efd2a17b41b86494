import type {
  HeldPlan,
  ReadMode,
  TaskCounts,
  TaskMode,
  TaskPhase,
  TaskStatus,
  TaskTrigger,
} from '../../domain/task.js';
import type { Db } from '../../platform/db.js';
import type { Logger } from '../../platform/logger.js';
import type { RecordLog } from '../../platform/record-log.js';
import type { PushBatcher } from '../inbox/push-batcher.js';

/** A task as it is used outside of the pipeline. */
export interface Task {
  readonly id: string;
  /** A readable number: YYYYMMDDHHmmss (UTC) and six digits (R45). */
  readonly batch: string;
  readonly sourceId: string;
  /** The source's name. */
  readonly source: string;
  readonly trigger: TaskTrigger;
  readonly mode: TaskMode;
  readonly dryRun: boolean;
  /** The task that it undoes; null unless its mode is `undo`. */
  readonly undoes: string | null;
  readonly status: TaskStatus;
  readonly phase: TaskPhase | null;
  readonly attempt: number;
  /** The number of jobs added to the queue for it; part of the job's id; 0 = none yet. */
  readonly ring: number;
  readonly done: number;
  readonly total: number | null;
  readonly counts: TaskCounts;
  /** Kind → evidence that it was read to its end. */
  readonly complete: Readonly<Record<string, string>>;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly held: HeldPlan | null;
  readonly scheduledFor: Date | null;
  readonly requestedBy: string | null;
  readonly cancelRequestedAt: Date | null;
  /** A queued task waits until then (R42). */
  readonly notBefore: Date | null;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly costMs: number | null;
}

/** Wakes a worker for a task by a job in the queue. A lost or repeated job does no harm. */
interface Bell {
  /**
   * @param ring the number of jobs added for the task, part of the job's id.
   * @param delayMs default 0.
   * @throws Error within about a second when the queue cannot be reached.
   */
  ring(taskId: string, ring: number, delayMs?: number): Promise<void>;
  /** Whether this job still waits in the queue. @throws Error like `ring`. */
  isRinging(taskId: string, ring: number): Promise<boolean>;
}

/** The dependencies of `tasks/`. */
export interface TaskDeps {
  readonly db: Db;
  readonly bell: Bell;
  readonly logger: Logger;
}

/** In addition: the capabilities of adapter types (none for an unknown type), which `tasks/` may not import. */
export interface RequestSyncDeps extends TaskDeps {
  readonly supportedModes: (sourceType: string) => readonly ReadMode[];
}

/** In addition: the object that stores the pushes of this process, and the raw log for them. */
export interface AcceptPushDeps extends TaskDeps {
  readonly pushBatcher: PushBatcher;
  readonly recordLog: RecordLog;
}

/** Who makes a request: `key:<id>`, `session:<key id>`, `system`, `command` …, and from where. */
export interface Requester {
  readonly requestedBy: string;
  readonly address?: string | null | undefined;
}
