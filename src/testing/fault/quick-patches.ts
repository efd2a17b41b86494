import type { Patch } from './patch.js';

/**
 * Times and sizes that are shortened so that a test sees in seconds what takes a minute otherwise, and pages in sixty
 * records. Numbers only: the logic is the product's own.
 */
export const QUICK_PATCHES: readonly Patch[] = [
  { file: 'src/tasks/life/lease.ts', find: 'LEASE_MS = 30_000', replace: 'LEASE_MS = 2_500' },
  { file: 'src/tasks/life/lease.ts', find: 'HEARTBEAT_MS = 5_000', replace: 'HEARTBEAT_MS = 400' },
  { file: 'workers/maintenance.worker.ts', find: 'everyMs = 5_000', replace: 'everyMs = 300' },
  { file: 'workers/maintenance.worker.ts', find: 'pruneEveryMs = 300_000', replace: 'pruneEveryMs = 1_000' },
  { file: 'src/tasks/fleet/sweep.ts', find: 'unheardMs = 15_000', replace: 'unheardMs = 1_000' },
  { file: 'src/tasks/life/delay-task.store.ts', find: 'BASE_MS = 5_000', replace: 'BASE_MS = 300' },
  { file: 'src/platform/db.ts', find: 'SILENT_TRANSACTION_MS = 20_000', replace: 'SILENT_TRANSACTION_MS = 2_000' },
  { file: 'src/pipeline/run-context.ts', find: 'PAGE_SIZE = 1_000', replace: 'PAGE_SIZE = 10' },
  { file: 'src/pipeline/run-context.ts', find: 'PLAIN_PAGE = 2_000', replace: 'PLAIN_PAGE = 10' },
];

/** The same for the lock of BullMQ's jobs: a job whose worker is silent is given to another one. */
export const QUICK_LOCK: readonly Patch[] = [
  { file: 'workers/define-worker.ts', find: 'lockDuration: 60_000', replace: 'lockDuration: 2_000' },
  { file: 'workers/define-worker.ts', find: 'stalledInterval: 15_000', replace: 'stalledInterval: 500' },
];
