import { ENDED_STATUSES } from '../../../domain/task.js';
import type { Db } from '../../../platform/db.js';
import type { Logger } from '../../../platform/logger.js';
import { listMovingTasks } from '../../../tasks/life/list-tasks.store.js';
import type { Task } from '../../../tasks/life/task.js';

/** Called at every poll of the moving tasks. */
type MovingListener = (tasks: readonly Task[]) => void;

/** Tasks created this long before a poll are reported even when they have ended, so that short tasks are not missed. */
const LOOK_BACK_MS = 3_000;

/** Whether more looks at a task are worth while. */
const isMoving = ({ status }: Task) => status !== 'held' && !ENDED_STATUSES.some((ended) => ended === status);

/** Polls all moving tasks, once a tick for all listeners, and not at all without listeners. */
export function createMovingTasksWatch(deps: { readonly db: Db; readonly logger: Logger }, everyMs: number) {
  const listeners = new Set<MovingListener>();
  let known: readonly string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let busy = false;

  async function look(): Promise<void> {
    const since = new Date(Date.now() - LOOK_BACK_MS);
    const tasks = await listMovingTasks(deps.db.prisma, { since, known });
    known = tasks.filter(isMoving).map(({ id }) => id);
    for (const listener of [...listeners]) listener(tasks);
  }

  function tick(): void {
    if (busy) return;
    busy = true;
    look()
      .catch((error: unknown) => deps.logger.warn('moving tasks not read', { cause: String(error) }))
      .finally(() => (busy = false));
  }

  return {
    /** @returns what ends the watching. */
    watch(listener: MovingListener): () => void {
      listeners.add(listener);
      timer ??= setInterval(tick, everyMs);
      tick();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
        known = [];
      };
    },
  };
}
