import { z } from 'zod';
import { TASK_MODES, TASK_STATUSES } from '../../../domain/task.js';
import { sourceSchema } from '../sources/source-schema.js';

const count = z.int().min(0);
const time = z.iso.datetime();

/** A task in a few words. */
const recentTaskSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(TASK_STATUSES),
    mode: z.enum(TASK_MODES),
    dryRun: z.boolean(),
    progress: z.object({ phase: z.string().nullable(), done: count, total: count.nullable() }),
    changed: count.describe('Created, linked, updated, restored and removed, over all kinds.'),
    failed: count.describe('Skipped and failed, over all kinds.'),
    queuedAt: time,
    finishedAt: time.nullable(),
    costMs: count.nullable(),
  })
  .meta({ id: 'RecentTask' });

/** A source with its state at a glance. */
export const sourceOverviewSchema = sourceSchema
  .extend({
    nextSync: z
      .object({ at: time, mode: z.enum(TASK_MODES) })
      .nullable()
      .describe('Next scheduled run; null if the source is disabled or has no schedule.'),
    heldTaskId: z.uuid().nullable(),
    recentTasks: z.array(recentTaskSchema).describe('At most 14, newest first.'),
  })
  .meta({ id: 'SourceOverview' });

/** How many rows a source links. */
export const linkCountSchema = z.object({ source: z.string(), kind: z.string(), count }).meta({ id: 'LinkCount' });

/** What a day's tasks did. */
const daySchema = z.object({
  day: z.iso.date().describe('UTC.'),
  created: count.describe('Linked and restored ones included.'),
  updated: count,
  removed: count,
  tasks: count,
  failedTasks: count,
});

/** The state of the whole, for a dashboard. */
export const dashboardSchema = z
  .object({
    days: z.array(daySchema).describe('Oldest first; a day without a task has zeros.'),
    tasks: z.record(z.string(), count).describe('Tasks by status.'),
    queue: z.record(z.string(), count).nullable().describe('Jobs by state; null while the queue is down.'),
    users: z.object({ active: count, inactive: count }),
    departments: count,
    warnings: z
      .array(z.object({ code: z.enum(['temp_files_unlimited']), message: z.string() }))
      .describe('Settings that put the service at risk, each with what to do; empty when there are none.'),
  })
  .meta({ id: 'Dashboard' });

/** A source with its recent tasks. */
export type SourceOverview = z.output<typeof sourceOverviewSchema>;
/** A task in a few words. */
export type RecentTask = z.output<typeof recentTaskSchema>;
/** How many rows a source links. */
export type LinkCount = z.output<typeof linkCountSchema>;
/** The state of the whole. */
export type Dashboard = z.output<typeof dashboardSchema>;
