import type { RecordKind } from './record.js';

/** The statuses of a task (R40), in order. */
export const TASK_STATUSES = [
  'queued',
  'pulling',
  'planning',
  'held',
  'applying',
  'succeeded',
  'partial',
  'failed',
  'cancelled',
] as const;
/** One of `TASK_STATUSES`. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** What asked for a task. */
export const TASK_TRIGGERS = ['manual', 'schedule', 'push', 'undo', 'recheck'] as const;
/** One of `TASK_TRIGGERS`. */
export type TaskTrigger = (typeof TASK_TRIGGERS)[number];

/** A read of everything, or of the changes since the cursor. */
export const READ_MODES = ['full', 'delta'] as const;
/** One of `READ_MODES`. */
export type ReadMode = (typeof READ_MODES)[number];

/**
 * Modes that read nothing and also run while their source is disabled: `undo` reverses the changes of another task of
 * the source, `recompose` compares the fields of rows that several sources share, after one of these changed its
 * priority or was deleted (R13), `recheck` compares records again that waited for a unique value which is free now
 * (R12), `remove` ends every link of a source and then deletes the source (R17).
 */
export const READLESS_MODES = ['undo', 'recompose', 'recheck', 'remove'] as const;

/** The modes of a task. */
export const TASK_MODES = [...READ_MODES, ...READLESS_MODES] as const;
/** One of `TASK_MODES`. */
export type TaskMode = (typeof TASK_MODES)[number];

/** Whether a task of this mode works without reading its source. */
export function isReadless(mode: TaskMode): boolean {
  return READLESS_MODES.some((readless) => readless === mode);
}

/** The phase of a running task; a failed one keeps the phase in which it failed. */
export type TaskPhase = 'pull' | 'plan' | 'apply';

/** Running: a worker holds the task's lease. At most one task per source (R41). */
export const ACTIVE_STATUSES = ['pulling', 'planning', 'applying'] as const satisfies readonly TaskStatus[];

/** The task is over unless a retry is requested. */
export const ENDED_STATUSES = ['succeeded', 'partial', 'failed', 'cancelled'] as const satisfies readonly TaskStatus[];

/** The allowed moves from each status (R40). */
const MOVES: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  queued: ['pulling', 'planning', 'applying', 'failed', 'cancelled'],
  pulling: ['planning', 'queued', 'failed', 'cancelled'],
  planning: ['held', 'applying', 'succeeded', 'partial', 'queued', 'failed', 'cancelled'],
  held: ['queued', 'cancelled'],
  applying: ['planning', 'succeeded', 'partial', 'queued', 'failed', 'cancelled'],
  succeeded: [],
  partial: ['queued'],
  failed: ['queued'],
  cancelled: ['queued'],
};

/** Whether the table of allowed moves (R40) has this one. */
export function mayMove(from: TaskStatus, to: TaskStatus): boolean {
  return MOVES[from].includes(to);
}

/** The changes of a task to one kind, counted from committed rows. */
export interface KindCounts {
  seen: number;
  created: number;
  linked: number;
  updated: number;
  restored: number;
  unchanged: number;
  removed: number;
  skipped: number;
  failed: number;
  /** Fields of its records that were left out. */
  fieldProblems: number;
  /**
   * References of its records that wait for a missing record: all after a full read, else those of the task.
   */
  waiting: number;
}

/** Counts per kind of change: `user`, `department`, `membership`, and a plugin's kinds. */
export type TaskCounts = Record<RecordKind, KindCounts>;

/** The counts of a kind without changes. */
export const NO_COUNTS: Readonly<KindCounts> = {
  seen: 0,
  created: 0,
  linked: 0,
  updated: 0,
  restored: 0,
  unchanged: 0,
  removed: 0,
  skipped: 0,
  failed: 0,
  fieldProblems: 0,
  waiting: 0,
};

/** Why a plan waits for approval (R31); `slow_bleed` counts the removals of a day (R32). */
export interface HeldReason {
  readonly code: 'removals' | 'slow_bleed' | 'empty_source' | 'no_department' | 'moved_values';
  readonly kind: RecordKind;
  /** How many records the plan would change, and how many it may change without approval. */
  readonly count: number;
  readonly limit: number;
  /** The number of records that the source linked before. */
  readonly linked: number;
}

/** A plan that waits for approval. */
export interface HeldPlan {
  readonly reasons: readonly HeldReason[];
  readonly planHash: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
  /** Counts of the safe part, which is already applied, for a task that ends without the rest (R40). */
  readonly applied?: TaskCounts;
}
