import { setTimeout as delay } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { TaskView } from '../src/http/api/tasks/task-schema.js';
import { type ApiAccess, callApi } from './call-api.js';
import { progressOf } from './progress-of.js';

const EVERY_MS = 100;

/** Longest wait for a worker; beyond it none is running. */
const QUEUED_TIMEOUT_MS = 60_000;

const AT_REST = new Set(['held', 'succeeded', 'partial', 'failed', 'cancelled']);

/**
 * Shows a task's progress until it ends or waits for a person.
 *
 * @throws Error when no worker takes it.
 */
export async function showTask(access: ApiAccess, task: TaskView): Promise<TaskView> {
  const bar = new SingleBar({
    format: '  {phase} [{bar}] {percentage}%{records}',
    hideCursor: true,
    noTTYOutput: false,
    clearOnComplete: true,
  });
  bar.start(100, 0, { phase: 'waiting  ', records: '' });
  try {
    return await follow(access, task, (now) => {
      const { percent, ...shown } = progressOf(now);
      bar.update(percent, shown);
    });
  } finally {
    bar.stop();
  }
}

async function follow(access: ApiAccess, task: TaskView, tell: (task: TaskView) => void): Promise<TaskView> {
  const queuedUntil = Date.now() + QUEUED_TIMEOUT_MS;
  for (let now = task; ; now = (await callApi<TaskView>(access, { path: `/tasks/${task.id}` }))!) {
    tell(now);
    if (AT_REST.has(now.status)) return now;
    if (now.status === 'queued' && Date.now() > queuedUntil)
      throw new Error('no worker started the task within a minute: see worker.log in the log folder.');
    await delay(EVERY_MS, undefined, { signal: access.signal });
  }
}
