import pTimeout from 'p-timeout';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from '../platform/logger.js';
import { JOB_RETENTION, SYNC_QUEUE } from './jobs.js';
import type { QueueBackend, TracedOptions } from './queue-backend.js';

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

/** Oldest Redis that BullMQ 6 is at home on. */
const OLDEST = [6, 2] as const;

/**
 * Why this Redis must not keep the queue, or null.
 *
 * @param info the answer of the command INFO.
 */
export function refuseRedis(info: string): string | null {
  const version = field(info, 'redis_version') ?? '0';
  if (isOlder(version)) return `Redis ${version} is too old for the queue: 6.2 or newer is needed.`;
  const policy = field(info, 'maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return null;
  return (
    `Redis has maxmemory-policy "${policy}": it evicts jobs if memory runs out. ` +
    'Set it to noeviction (redis.conf, or CONFIG SET maxmemory-policy noeviction).'
  );
}

/**
 * What this Redis risks although it may keep the queue, and what to set; or null.
 *
 * @param info the answer of the command INFO.
 */
export function riskOfRedis(info: string): string | null {
  if (field(info, 'aof_enabled') !== '0') return null;
  return (
    'Redis writes no append-only file: a crash empties the queue. No task is lost, but each gets a new job only ' +
    'after about 20 s. Set appendonly to yes (redis.conf, or CONFIG SET appendonly yes).'
  );
}

function field(info: string, name: string): string | null {
  const line = info.split(/\r?\n/).find((one) => one.startsWith(`${name}:`));
  return line?.slice(name.length + 1) ?? null;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
