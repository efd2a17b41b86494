import { ENDED_STATUSES } from '../../../domain/task.js';
import type { Task } from '../../../tasks/life/task.js';
import type { Authenticator } from '../../../access/authenticator.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import { type EventStream, openEventStream } from '../../core/event-stream.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { findPermittedTask } from '../find-permitted.js';
import { taskParams } from './task-schema.js';
import { viewTask } from './task-view.js';
import type { Db } from '../../../platform/db.js';
import type { Logger } from '../../../platform/logger.js';
import { findTask } from '../../../tasks/life/find-task.store.js';

const WATCH_EVERY_MS = 500;

/** A task as it goes on: `progress` and `status` events until it ends. */
export function taskEventsRoute(deps: HttpDeps, authenticator: Authenticator): Route {
  const watcher = createTaskWatch(deps, deps.settings.watchEveryMs ?? WATCH_EVERY_MS);
  return defineRoute({
    id: 'watchTask',
    method: 'get',
    path: '/tasks/{id}/events',
    role: 'viewer',
    narrowed: 'allowed',
    staysOpen: 'stream',
    tag: 'Tasks',
    summary: 'Watch a task: `progress` and `status` events until it ends',
    params: taskParams,
    missing: 'task_not_found',
    replies: {
      200: { description: '`status` carries the task, `progress` its progress.', contentType: 'text/event-stream' },
      204: { description: 'The task has ended and the client has its last event: do not reconnect.' },
    },
    async handle({ params, principal, request, response }) {
      const task = await findPermittedTask(deps.db.prisma, principal, params.id);
      if (hasEnded(task) && request.headers['last-event-id'] === task.status) return { status: 204 };
      const stream = openEventStream(response, {
        stopping: deps.stopping,
        isPermitted: () => authenticator.isInForce(principal),
        onEnd: () => unwatch(),
      });
      const tell = teller(deps, stream);
      const unwatch = watcher.watch(task.id, tell);
      tell(task);
      return null;
    },
  });
}

/** Sends what differs from the last look. */
function teller({ targets }: HttpDeps, stream: EventStream): (task: Task | null) => void {
  let known = { status: '', progress: '' };
  return (task) => {
    if (!task) return stream.end();
    const view = viewTask(task, targets);
    const now = { status: task.status, progress: JSON.stringify(view.progress) };
    if (now.progress !== known.progress) stream.send({ name: 'progress', data: view.progress });
    if (now.status !== known.status) stream.send({ name: 'status', id: task.status, data: view });
    known = now;
    if (hasEnded(task)) stream.end();
  };
}

function hasEnded(task: Task): boolean {
  return (ENDED_STATUSES as readonly string[]).includes(task.status);
}

/** Called at every poll of a task; null = the task is gone. */
type TaskListener = (task: Task | null) => void;

/** Watches tasks for any number of listeners. */
interface TaskWatch {
  /** @returns what ends the watching. */
  watch(taskId: string, listener: TaskListener): () => void;
}

interface Watched {
  readonly listeners: Set<TaskListener>;
  readonly timer: NodeJS.Timeout;
}

/** Reads each watched task once a tick for all its listeners, and none without a listener. */
function createTaskWatch(deps: { readonly db: Db; readonly logger: Logger }, everyMs: number): TaskWatch {
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
