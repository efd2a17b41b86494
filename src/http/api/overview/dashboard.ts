import { z } from 'zod';
import { missingTempFileLimit } from '../../../platform/postgres-server.store.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { countTasks } from '../system/facts.store.js';
import { countTargets, listDays } from './overview.store.js';
import { dashboardSchema } from './overview-schema.js';

/** The state of the whole in one answer, from counts that tasks keep: lines of plans are not read. */
export function dashboardRoute({ db, queue, logger }: HttpDeps): Route {
  return defineRoute({
    id: 'readDashboard',
    method: 'get',
    path: '/dashboard',
    role: 'viewer',
    narrowed: 'refused',
    tag: 'System',
    summary: 'Read changes per day, tasks by status, jobs in the queue, the number of held tasks, and warnings',
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(30) }),
    replies: { 200: { description: 'The totals.', schema: dashboardSchema } },
    async handle({ query: { days } }) {
      const [perDay, tasks, targets, tempFiles, jobs] = await Promise.all([
        listDays(db.prisma, days),
        countTasks(db.prisma),
        countTargets(db.prisma),
        missingTempFileLimit(db.prisma),
        queue.countJobs().catch((error: unknown) => {
          logger.warn('queue not counted', { cause: String(error) });
          return null;
        }),
      ]);
      const warnings = tempFiles === null ? [] : [{ code: 'temp_files_unlimited' as const, message: tempFiles }];
      return {
        status: 200,
        body: { days: perDay, tasks: Object.fromEntries(tasks), queue: jobs, ...targets, warnings },
      };
    },
  });
}
