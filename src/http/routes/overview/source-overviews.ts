import { z } from 'zod';
import type { TaskCounts } from '../../../domain/task.js';
import { defineRoute, type Route } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';
import { cursorQuery, limitQuery, pageOf, toPage } from '../../paging.js';
import { viewSource } from '../sources/source-view.js';
import { listSources, type SourceRow } from '../sources/source.store.js';
import { nextSync } from './next-sync.js';
import { linkCountSchema, type RecentTask, type SourceOverview, sourceOverviewSchema } from './overview-schema.js';
import { countLinks, findHeldTasks, listRecentTasks, type RecentTaskRow } from './source-overview.store.js';

/** Sources as a person wants to see them at a glance: statements per page are a constant. */
export function sourceOverviewRoutes(deps: HttpDeps): readonly Route[] {
  return [overviews(deps), linkCounts(deps)];
}

const RECENT_TASKS = 14;
const shared = { method: 'get', role: 'viewer', narrowed: 'allowed', tag: 'Sources' } as const;

function overviews({ db, sources }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'listSourceOverviews',
    path: '/source-overviews',
    summary: 'List sources by name, with their next slot, recent tasks and what is held',
    query: z.strictObject({ limit: limitQuery, cursor: cursorQuery(z.tuple([z.string()])) }),
    replies: { 200: { description: 'A page of sources.', schema: pageOf(sourceOverviewSchema) } },
    async handle({ query: { limit, cursor }, principal }) {
      const filter = { onlyId: principal.sourceId, after: cursor?.[0] ?? null, limit: limit + 1 };
      const rows = await listSources(db.prisma, filter);
      const ids = rows.map((row) => row.id);
      const [recent, held] = await Promise.all([
        listRecentTasks(db.prisma, ids, RECENT_TASKS),
        findHeldTasks(db.prisma, ids),
      ]);
      const tasks = bySource(recent);
      const now = new Date();
      const item = (row: SourceRow): SourceOverview => ({
        ...viewSource(row, sources),
        nextSync: nextSync(row, now),
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
    summary: 'Count what each source links, by kind',
    replies: {
      200: { description: 'A line a source and kind.', schema: z.object({ items: z.array(linkCountSchema) }) },
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
