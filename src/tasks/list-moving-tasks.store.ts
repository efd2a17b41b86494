import { v7 as uuidv7 } from 'uuid';
import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import { SOURCE_NAME, toTask } from './find-task.store.js';
import type { Task } from './task.js';

/** Most tasks of one look; a source has at most two that wait or are at work. */
const MOST = 500;

/** Lists tasks that wait or are at work, those made since, and `known` ones whatever became of them: by indexes alone. */
export async function listMovingTasks(
  tx: Tx,
  { since, known }: { readonly since: Date; readonly known: readonly string[] },
): Promise<readonly Task[]> {
  const rows = await tx.syncTask.findMany({
    where: {
      OR: [
        { status: { in: ['queued', ...ACTIVE_STATUSES] } },
        { id: { gte: firstIdOf(since) } },
        { id: { in: [...known] } },
      ],
    },
    include: SOURCE_NAME,
    orderBy: { id: 'desc' },
    take: MOST,
  });
  return rows.map(toTask);
}

/** The smallest id of a moment: ids begin with the time (RFC 9562, 5.7). */
const firstIdOf = (at: Date) => uuidv7({ msecs: at.getTime(), seq: 0, random: new Uint8Array(16) });
