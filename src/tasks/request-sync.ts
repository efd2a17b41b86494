import { RequestError } from '../domain/errors.js';
import type { ReadMode, TaskTrigger } from '../domain/task.js';
import { auditTask } from './audit-task.store.js';
import { findTask } from './find-task.store.js';
import { hastenTask } from './hasten-task.store.js';
import { queueTask } from './queue-task.js';
import { findSourceToSync } from './source-to-sync.store.js';
import { ringTask } from './ring-task.js';
import type { RequestSyncDeps, Requester } from './task-deps.js';
import type { Task } from './task.js';

/** A wish to sync a source now. */
export interface SyncRequest extends Requester {
  readonly sourceName: string;
  /** Default: full where the adapter can, else delta. */
  readonly mode?: ReadMode | undefined;
  /** Default false. */
  readonly dryRun?: boolean | undefined;
  /** Default manual. */
  readonly trigger?: TaskTrigger | undefined;
}

/** The task that does it; `joined` when it was queued before this request. */
export interface SyncAnswer {
  readonly task: Task;
  readonly joined: boolean;
}

/**
 * Asks for a sync of a source: queues a task, or joins the one that is queued already (R41).
 *
 * @throws RequestError 404 source_not_found, 409 source_disabled, 422 mode_not_supported.
 */
export async function requestSync(deps: RequestSyncDeps, request: SyncRequest): Promise<SyncAnswer> {
  const source = await findSourceToSync(deps.db.prisma, request.sourceName);
  if (source === null) throw new RequestError(404, 'source_not_found', `There is no source "${request.sourceName}".`);
  if (!source.enabled) throw disabled(request.sourceName);
  const mode = chooseMode(deps.supportedModes(source.type), request.mode, source.type);
  const dryRun = request.dryRun ?? false;
  const trigger = request.trigger ?? 'manual';
  const wanted = { sourceId: source.id, mode, dryRun, trigger, requestedBy: request.requestedBy, scheduledFor: null };
  const queued = await queueTask(deps, wanted);
  if (queued === null) throw disabled(request.sourceName);
  if (queued.joined && queued.notBefore !== null) await hasten(deps, queued.id);
  const detail = { mode, dryRun, joined: queued.joined };
  await auditTask(deps.db.prisma, { ...request, taskId: queued.id, verb: 'sync', detail });
  const task = await findTask(deps.db.prisma, queued.id);
  if (task === null)
    throw new RequestError(404, 'source_not_found', `Source "${request.sourceName}" was just deleted.`);
  return { task, joined: queued.joined };
}

function disabled(sourceName: string): RequestError {
  return new RequestError(409, 'source_disabled', `Source "${sourceName}" is disabled: enable it to sync.`);
}

function chooseMode(supported: readonly ReadMode[], wanted: ReadMode | undefined, type: string): ReadMode {
  const mode = wanted ?? (supported.includes('full') ? 'full' : 'delta');
  if (supported.includes(mode)) return mode;
  const able = supported.length === 0 ? 'nothing here' : supported.join(', ');
  throw new RequestError(
    422,
    'mode_not_supported',
    `Sources of type "${type}" can't sync ${mode}; supported: ${able}.`,
  );
}

/** Somebody asks now for a task that waits for its back-off: it need not wait any longer. */
async function hasten(deps: RequestSyncDeps, taskId: string): Promise<void> {
  const ring = await hastenTask(deps.db.prisma, taskId);
  if (ring !== null) await ringTask(deps, { taskId, ring });
}
