import { z } from 'zod';
import type { Task } from '../../../tasks/life/task.js';
import type { Authenticator } from '../../../access/authenticator.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import { type EventStream, openEventStream } from '../../core/event-stream.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { viewTask } from './task-view.js';
import { ENDED_STATUSES } from '../../../domain/task.js';
import type { Db } from '../../../platform/db.js';
import type { Logger } from '../../../platform/logger.js';
import { listMovingTasks } from '../../../tasks/life/find-task.store.js';

const WATCH_EVERY_MS = 500;
/** Then a reader comes back by itself (WHATWG HTML, 9.2.3), maybe to another API process. */
const LONGEST_S = 3_600;

const FOR_S = 'Seconds until the stream ends; 0 = as soon as the current state is sent.';

/** All tasks that wait or are at work, in one stream: a browser has six connections to a host, not one a task. */
export function movingTasksEventsRoute(deps: HttpDeps, authenticator: Authenticator): Route {
  const watcher = createMovingTasksWatch(deps, deps.settings.watchEveryMs ?? WATCH_EVERY_MS);
  return defineRoute({
    id: 'watchTasks',
    method: 'get',
    path: '/task-events',
    role: 'viewer',
    narrowed: 'allowed',
    staysOpen: 'stream',
    tag: 'Tasks',
    summary: 'Watch all tasks: `progress` and `status` events',
    query: z.strictObject({
      forS: z.coerce.number().int().min(0).max(LONGEST_S).default(LONGEST_S).describe(FOR_S),
    }),
    replies: {
      200: {
        description:
          '`status` carries a task, `progress` its `id` and `progress`. The currently running tasks come first.',
        contentType: 'text/event-stream',
      },
    },
    handle({ query: { forS }, principal, response }) {
      const stream = openEventStream(response, {
        stopping: deps.stopping,
        isPermitted: () => authenticator.isInForce(principal),
        onEnd: () => {
          clearTimeout(end);
          unwatch();
        },
      });
      const end = setTimeout(() => stream.end(), (forS || LONGEST_S) * 1_000);
      const tell = teller(deps, stream);
      const mine = (task: Task) => principal.sourceId === null || task.sourceId === principal.sourceId;
      const unwatch = watcher.watch((tasks) => {
        tell(tasks.filter(mine));
        if (forS === 0) stream.end();
      });
      return null;
    },
  });
}

/** Sends what differs from the last look; what is not looked at any more is forgotten. */
function teller({ targets }: HttpDeps, stream: EventStream): (tasks: readonly Task[]) => void {
  let known = new Map<string, { readonly status: string; readonly progress: string }>();
  return (tasks) => {
    const before = known;
    known = new Map();
    for (const task of tasks) {
      const view = viewTask(task, targets);
      const now = { status: task.status, progress: JSON.stringify(view.progress) };
      const last = before.get(task.id);
      known.set(task.id, now);
      if (now.status !== last?.status) stream.send({ name: 'status', data: view });
      else if (now.progress !== last.progress)
        stream.send({ name: 'progress', data: { id: task.id, progress: view.progress } });
    }
  };
}

/** Called at every poll of the moving tasks. */
type MovingListener = (tasks: readonly Task[]) => void;

/** Tasks created this long before a poll are reported even when they have ended, so that short tasks are not missed. */
const LOOK_BACK_MS = 3_000;

/** Whether more looks at a task are worth while. */
const isMoving = ({ status }: Task) => status !== 'held' && !ENDED_STATUSES.some((ended) => ended === status);

/** Polls all moving tasks, once a tick for all listeners, and not at all without listeners. */
function createMovingTasksWatch(deps: { readonly db: Db; readonly logger: Logger }, everyMs: number) {
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
