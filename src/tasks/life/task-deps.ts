import type { ReadMode } from '../../domain/task.js';
import type { Db } from '../../platform/db.js';
import type { Logger } from '../../platform/logger.js';
import type { RecordLog } from '../../platform/record-log.js';
import type { PushBatcher } from '../inbox/push-batcher.js';

/** Wakes a worker for a task. A ring has no authority: a lost or repeated one does no harm. */
interface Bell {
  /**
   * @param ring the task's count of rings, part of the job's id.
   * @param delayMs default 0.
   * @throws Error within about a second when the queue can't be reached.
   */
  ring(taskId: string, ring: number, delayMs?: number): Promise<void>;
  /** Whether this very ring waits to be heard. @throws Error like `ring`. */
  isRinging(taskId: string, ring: number): Promise<boolean>;
}

/** What the life of a task needs of the world. */
export interface TaskDeps {
  readonly db: Db;
  readonly bell: Bell;
  readonly logger: Logger;
}

/** Beside it: what an adapter type can do (nothing for an unknown type), which `tasks/` may not look up itself. */
export interface RequestSyncDeps extends TaskDeps {
  readonly supportedModes: (sourceType: string) => readonly ReadMode[];
}

/** Beside it: what stores the pushes of this process, and where they are written as sent. */
export interface AcceptPushDeps extends TaskDeps {
  readonly pushBatcher: PushBatcher;
  readonly recordLog: RecordLog;
}

/** Who asks: `key:<id>`, `session:<key id>`, `system`, `command` …, and from where. */
export interface Requester {
  readonly requestedBy: string;
  readonly address?: string | null | undefined;
}
