import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import pTimeout from 'p-timeout';
import type { Logger } from '../platform/logger.js';
import { JOB_RETENTION, SYNC_QUEUE } from './jobs.js';
import type { QueueBackend, TracedOptions } from './queue-backend.js';

/**
 * BullMQ on PostgreSQL, where there is no Redis. Its tables stand in a schema of their own (`bullmq`), which is
 * brought up to date here.
 */
export async function openPostgresBackend(
  databaseUrl: string,
  logger: Logger,
  traced: TracedOptions = {},
): Promise<QueueBackend> {
  await migrate(databaseUrl);
  const connection = (max: number) => ({ connectionString: databaseUrl, max, connectionTimeoutMillis: 5_000 });
  const queue = new Queue(
    SYNC_QUEUE,
    { connection: connection(4), defaultJobOptions: JOB_RETENTION, ...traced },
    createPostgresBackend,
  );
  queue.on('error', (error) => logger.warn('queue connection failed', { cause: error.message }));
  return {
    name: 'postgres',
    // Bull Board and our own calls use what both kinds of queue have.
    queue: queue as unknown as Queue,
    newWorker(processor, settings) {
      const options = { connection: connection(settings.concurrency + 2), autorun: false, ...settings, ...traced };
      return new Worker(SYNC_QUEUE, processor, options, createPostgresBackend) as unknown as Worker;
    },
    isUp: () => true,
    async ping() {
      await queue.getJobState('none');
    },
    async close() {
      await pTimeout(queue.close(), { milliseconds: 2_000 }).catch(() => undefined);
    },
  };
}

async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'rollcall-queue-migrate' });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
