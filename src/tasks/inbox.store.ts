import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Db } from '../platform/db.js';
import { type KeptPush, pushesOf } from './inbox-page.store.js';

/** Where pushed records wait for a task: what the push adapter reads. */
export interface Inbox {
  /**
   * Binds the source's waiting pushes to the task. One that owns some already (a retry) takes no more: what it has is
   * older than what other tasks may have applied since, what waits is newer, and the two must not be judged alike (R47).
   */
  claim(taskId: string, sourceId: string): Promise<void>;
  /** The task's pushes in order of arrival. */
  read(taskId: string): AsyncIterable<KeptPush>;
}

/** The inbox in the table `pushes`. */
export function createInbox({ prisma }: Db): Inbox {
  return {
    async claim(taskId, sourceId) {
      // Touches the waiting pushes; a late worker of an ended task finds no task that may take them.
      await prisma.$executeRaw`
        UPDATE pushes SET task_id = t.id
        FROM sync_tasks t
        WHERE t.id = ${taskId}::uuid AND t.status = ANY(${[...ACTIVE_STATUSES]}::text[])
          AND pushes.source_id = ${sourceId}::uuid AND pushes.task_id IS NULL AND pushes.finished_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM pushes own WHERE own.task_id = t.id)`;
    },
    read: (taskId) => pushesOf(prisma, taskId),
  };
}
