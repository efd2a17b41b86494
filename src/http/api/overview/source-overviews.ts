import { z } from 'zod';
import type { ReadMode, TaskCounts } from '../../../domain/task.js';
import { findOpenRemovals } from '../../../tasks/life/removal.store.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { cursorQuery, limitQuery, pageOf, toPage } from '../../core/paging.js';
import { viewSource } from '../sources/source-view.js';
import { listSources, type SourceRow } from '../sources/source.store.js';
import { linkCountSchema, type RecentTask, type SourceOverview, sourceOverviewSchema } from './overview-schema.js';
import { countLinks, findHeldTasks, listRecentTasks, type RecentTaskRow } from './overview.store.js';
import { nextSlot } from '../../../domain/schedule-slots.js';

/** Sources with their state at a glance; the number of statements per page is constant. */
export function sourceOverviewRoutes(deps: HttpDeps): readonly Route[] {
  return [overviews(deps), linkCounts(deps)];
}

const RECENT_TASKS = 14;
const shared = { method: 'get', role: 'viewer', narrowed: 'allowed', tag: 'Sources' } as const;

function overviews({ db, sources, supportedModes }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'listSourceOverviews',
    path: '/source-overviews',
    summary: 'List sources by name, with their next run, recent tasks and held tasks',
    query: z.strictObject({ limit: limitQuery, cursor: cursorQuery(z.tuple([z.string()])) }),
    replies: { 200: { description: 'A page of sources.', schema: pageOf(sourceOverviewSchema) } },
    async handle({ query: { limit, cursor }, principal }) {
      const filter = { onlyId: principal.sourceId, after: cursor?.[0] ?? null, limit: limit + 1 };
      const rows = await listSources(db.prisma, filter);
      const ids = rows.map((row) => row.id);
      const [recent, held, removals] = await Promise.all([
        listRecentTasks(db.prisma, ids, RECENT_TASKS),
        findHeldTasks(db.prisma, ids),
        findOpenRemovals(db.prisma, ids),
      ]);
      const tasks = bySource(recent);
      const now = new Date();
      const item = (row: SourceRow): SourceOverview => ({
        ...viewSource(row, { sources, removals }),
        nextSync: nextSync(row, now, supportedModes(row.type)),
        heldTaskId: held.get(row.id) ?? null,
        recentTasks: (tasks.get(row.id) ?? []).map(viewRecentTask),
      });
      return { status: 200, body: toPage(rows, limit, { item, cursor: (row) => [row.name] }) };
    },
  });
}

function linkCounts({ db }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'listLinkCounts',
    path: '/link-counts',
    summary: 'Count the links of each source, by kind',
    replies: {
      200: { description: 'One entry per source and kind.', schema: z.object({ items: z.array(linkCountSchema) }) },
    },
    async handle({ principal }) {
      return { status: 200, body: { items: await countLinks(db.prisma, principal.sourceId) } };
    },
  });
}

function bySource(rows: readonly RecentTaskRow[]): ReadonlyMap<string, RecentTaskRow[]> {
  const tasks = new Map<string, RecentTaskRow[]>();
  for (const row of rows) tasks.set(row.sourceId, [...(tasks.get(row.sourceId) ?? []), row]);
  return tasks;
}

function viewRecentTask(row: RecentTaskRow): RecentTask {
  const { id, status, mode, dryRun, phase, done, total, counts, costMs } = row;
  return {
    ...{ id, status, mode, dryRun, costMs },
    progress: { phase, done, total },
    changed: sum(counts, ['created', 'linked', 'updated', 'restored', 'removed']),
    failed: sum(counts, ['skipped', 'failed']),
    queuedAt: row.queuedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

function sum(counts: TaskCounts, names: readonly (keyof TaskCounts[string])[]): number {
  return Object.values(counts).reduce((all, kind) => names.reduce((total, name) => total + (kind[name] ?? 0), all), 0);
}

/** When a source syncs, as it is stored. */
interface StoredSchedule {
  readonly enabled: boolean;
  readonly fullCron: string | null;
  readonly deltaCron: string | null;
  readonly timezone: string;
}

/** The next slot of a schedule. */
interface NextSync {
  /** ISO 8601. */
  readonly at: string;
  readonly mode: ReadMode;
}

/**
 * The next slot of a source's schedule after `now`, among the modes that its adapter can read; null when disabled or
 * without one. A full sync goes first.
 */
export function nextSync(schedule: StoredSchedule, now: Date, modes: readonly ReadMode[]): NextSync | null {
  if (!schedule.enabled) return null;
  const slotOf = (mode: ReadMode, cron: string | null) =>
    modes.includes(mode) ? slotAfter(cron, schedule.timezone, now) : null;
  const full = slotOf('full', schedule.fullCron);
  const delta = slotOf('delta', schedule.deltaCron);
  if (full && (!delta || full <= delta)) return { at: full.toISOString(), mode: 'full' };
  return delta && { at: delta.toISOString(), mode: 'delta' };
}

function slotAfter(cron: string | null, timezone: string, now: Date): Date | null {
  if (cron === null) return null;
  try {
    return nextSlot({ cron, timezone }, now);
  } catch {
    // The text is checked when it is stored. One that was changed by hand in the database does not run either.
    return null;
  }
}
