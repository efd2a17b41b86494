import type { TaskDeps } from '../src/tasks/life/task-deps.js';
import { endPresence, keepPresence, type WorkerPresence } from '../src/tasks/fleet/worker-presence.store.js';
import { logErrors } from './log-errors.js';
import { repeat } from './repeat.js';

/** A third of the time after which a worker counts as silent. */
const EVERY_MS = 10_000;

/**
 * Tells every 10 s that this worker lives and what it does; the API shows it.
 *
 * @returns what ends it; answers when the worker's row is gone.
 */
export function startPresence({ db, logger }: TaskDeps, tell: () => WorkerPresence): () => Promise<void> {
  const end = repeat(EVERY_MS, () => logErrors(logger, 'presence', () => keepPresence(db.prisma, tell())));
  return async () => {
    await end();
    await logErrors(logger, 'presence', () => endPresence(db.prisma, tell().name));
  };
}
