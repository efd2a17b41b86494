import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Db } from '../platform/db.js';
import { type KeptPush, pushesOf } from './inbox-page.store.js';

/** Where pushed records wait for a task: what the push adapter reads. */
export interface Inbox {
  /** Binds the source's waiting pushes to the task; those that it owns already stay its own. */
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
          AND pushes.source_id = ${sourceId}::uuid AND pushes.task_id IS NULL`;
    },
    read: (taskId) => pushesOf(prisma, taskId),
  };
}
