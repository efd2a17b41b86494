import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pTimeout from 'p-timeout';
import type { Logger } from '../platform/logger.js';
import { JOB_RETENTION, SYNC_QUEUE } from './jobs.js';
import type { QueueBackend, TracedOptions } from './queue-backend.js';
import { refuseRedis, riskOfRedis } from './refuse-redis.js';

/** How long a process waits for Redis when it starts; then it goes on without and rings later. */
const START_MS = 3_000;

/** A producer fails fast: the sweeper rings again. */
const PRODUCER = { enableOfflineQueue: false, connectTimeout: 2_000, commandTimeout: 5_000 } as const;

/**
 * BullMQ on Redis, the documented deployment.
 *
 * @throws Error when Redis answers but would lose jobs (see `refuseRedis`).
 */
export async function openRedisBackend(url: string, logger: Logger, traced: TracedOptions = {}): Promise<QueueBackend> {
  const producer = logLosses(new Redis(url, { ...PRODUCER, retryStrategy }), logger);
  await check(producer, logger);
  const queue = new Queue(SYNC_QUEUE, { connection: producer, defaultJobOptions: JOB_RETENTION, ...traced });
  queue.on('error', () => undefined);
  const consumers: Redis[] = [];
  return {
    name: 'redis',
    queue,
    newWorker(processor, settings) {
      const consumer = logLosses(new Redis(url, { maxRetriesPerRequest: null, retryStrategy }), logger);
      consumers.push(consumer);
      return new Worker(SYNC_QUEUE, processor, { connection: consumer, autorun: false, ...settings, ...traced });
    },
    isUp: () => producer.status === 'ready',
    async ping() {
      await producer.ping();
    },
    async close() {
      await pTimeout(queue.close(), { milliseconds: 2_000 }).catch(() => undefined);
      for (const connection of [producer, ...consumers]) connection.disconnect();
    },
  };
}

const retryStrategy = (times: number) => Math.min(times * 100, 2_000);

/** Logs a lost connection once; it reconnects by itself. Without a listener an error would end the process. */
function logLosses(connection: Redis, logger: Logger): Redis {
  let logged = false;
  connection.on('ready', () => (logged = false));
  connection.on('error', (error: Error) => {
    if (!logged) logger.warn('redis connection failed; trying again', { cause: error.message });
    logged = true;
  });
  return connection;
}

async function check(connection: Redis, logger: Logger): Promise<void> {
  const asked = ready(connection).then(() => connection.info());
  const info = await pTimeout(asked, { milliseconds: START_MS }).catch(() => null);
  if (info === null) return checkLater(connection, logger);
  const reason = refuseRedis(info);
  if (reason === null) return warnOfRisk(info, logger);
  connection.disconnect();
  throw new Error(reason);
}

/** A Redis that was down at the start can't be refused later: the error is logged. */
function checkLater(connection: Redis, logger: Logger): void {
  logger.warn('redis is not reachable; tasks wait until it is');
  connection.once('ready', () => {
    connection.info().then(
      (info) => {
        const reason = refuseRedis(info);
        if (reason === null) warnOfRisk(info, logger);
        else logger.error('redis can lose jobs; the next start will fail', { reason });
      },
      (error: unknown) => logger.warn('redis not checked', { cause: String(error) }),
    );
  });
}

function warnOfRisk(info: string, logger: Logger): void {
  const risk = riskOfRedis(info);
  if (risk !== null) logger.warn('redis loses its jobs if it crashes', { risk });
}

function ready(connection: Redis): Promise<void> {
  if (connection.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => connection.once('ready', resolve));
}
