import { openQueue, type TaskQueue } from '../../queue/queue.js';
import { type ApiHarness, startApi } from './api-harness.js';
import { SILENT } from './task-world.js';

/** The API, and the queue that its requests ring: a test starts workers on it. */
export interface ApiWithQueue {
  readonly api: ApiHarness;
  readonly queue: TaskQueue;
  /** Runs SQL on the API's database. */
  readonly sql: <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;
  stop(): Promise<void>;
}

/** Starts the API on a database of its own, with BullMQ on that database. */
export async function startApiWithQueue(): Promise<ApiWithQueue> {
  // The API rings for requests only, so the queue is open by then.
  const opened: { queue?: TaskQueue } = {};
  const api = await startApi({
    bell: {
      ring: (taskId, ring) => opened.queue!.ring(taskId, ring),
      isRinging: (taskId, ring) => opened.queue!.isRinging(taskId, ring),
    },
  });
  const queue = await openQueue({ redisUrl: null, databaseUrl: api.database.url, logger: SILENT });
  opened.queue = queue;
  return {
    api,
    queue,
    sql: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await api.database.db.pool.query<Row>(text, values)).rows,
    async stop() {
      await queue.close();
      await api.stop();
    },
  };
}
