import { recordAudit } from '../../audit/audit.store.js';
import type { TaskDeps } from './task.js';

/** Why a job was ignored that the service itself cannot have added. */
export type Forgery = 'names no task' | 'names a task that does not exist';

/** Records a forged job in the audit log. Its payload is not stored: it is arbitrary input. */
export async function auditIgnoredJob(deps: TaskDeps, jobId: string, forgery: Forgery): Promise<void> {
  deps.logger.warn('job ignored', { forgery });
  const deed = { actor: 'anonymous', action: 'job.ignored', objectType: 'job', objectId: jobId.slice(0, 100) };
  await recordAudit(deps.db.prisma, { ...deed, detail: { forgery } });
}
