import { recordAudit } from './audit.store.js';
import type { TaskDeps } from './task-deps.js';

/** Why a job was ignored that no part of the service can have made. */
export type Forgery = 'names no task' | 'names a task that is not there';

/** Writes down a job that somebody else put into the queue. What it carried is not kept: it is anybody's words. */
export async function auditIgnoredJob(deps: TaskDeps, jobId: string, forgery: Forgery): Promise<void> {
  deps.logger.warn('job ignored', { forgery });
  const deed = { actor: 'nobody', action: 'job.ignored', objectType: 'job', objectId: jobId.slice(0, 100) };
  await recordAudit(deps.db.prisma, { ...deed, detail: { forgery } });
}
