import type { Db } from '../../../platform/db.js';
import type { Logger } from '../../../platform/logger.js';
import { findTask } from '../../../tasks/life/find-task.store.js';
import type { Task } from '../../../tasks/life/task.js';

/** Called at every poll of a task; null = the task is gone. */
type TaskListener = (task: Task | null) => void;

/** Watches tasks for any number of listeners. */
export interface TaskWatch {
  /** @returns what ends the watching. */
  watch(taskId: string, listener: TaskListener): () => void;
}

interface Watched {
  readonly listeners: Set<TaskListener>;
  readonly timer: NodeJS.Timeout;
}

/** Reads each watched task once a tick for all its listeners, and none without a listener. */
export function createTaskWatch(deps: { readonly db: Db; readonly logger: Logger }, everyMs: number): TaskWatch {
  const watched = new Map<string, Watched>();

  async function look(taskId: string): Promise<void> {
    const task = await findTask(deps.db.prisma, taskId);
    for (const listener of [...(watched.get(taskId)?.listeners ?? [])]) listener(task);
  }

  function begin(taskId: string): Watched {
    let busy = false;
    const tick = () => {
      if (busy) return;
      busy = true;
      look(taskId)
        .catch((error: unknown) => deps.logger.warn('watched task not read', { taskId, cause: String(error) }))
        .finally(() => (busy = false));
    };
    const made = { listeners: new Set<TaskListener>(), timer: setInterval(tick, everyMs) };
    watched.set(taskId, made);
    return made;
  }

  return {
    watch(taskId, listener) {
      const entry = watched.get(taskId) ?? begin(taskId);
      entry.listeners.add(listener);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size > 0 || watched.get(taskId) !== entry) return;
        clearInterval(entry.timer);
        watched.delete(taskId);
      };
    },
  };
}
