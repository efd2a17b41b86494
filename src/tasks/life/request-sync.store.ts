import { RequestError } from '../../domain/errors.js';
import { refuseSource } from '../../domain/source-state.js';
import type { ReadMode, TaskTrigger } from '../../domain/task.js';
import { auditTask } from '../../audit/audit.store.js';
import { findTask } from './find-task.store.js';
import { queueTask } from './queue-task.store.js';
import { findSourceToSync, type SourceToSync } from './source-to-sync.store.js';
import { ringTask } from './ring.store.js';
import type { Requester, RequestSyncDeps, Task } from './task.js';
import type { Tx } from '../../platform/db.js';

/** A request to sync a source now. */
interface SyncRequest extends Requester {
  readonly sourceName: string;
  /** Default: full if the adapter supports it, else delta. */
  readonly mode?: ReadMode | undefined;
  /** Default false. */
  readonly dryRun?: boolean | undefined;
  /** Default manual. */
  readonly trigger?: TaskTrigger | undefined;
}

/** The task for the request; `joined` when it was queued before. */
interface SyncAnswer {
  readonly task: Task;
  readonly joined: boolean;
}

/**
 * Requests a sync of a source: queues a task, or returns the one that is queued already (R41).
 *
 * @throws RequestError 404 source_not_found, 409 source_disabled or source_being_deleted, 422 mode_not_supported.
 */
export async function requestSync(deps: RequestSyncDeps, request: SyncRequest): Promise<SyncAnswer> {
  const source = await findEnabled(deps, request.sourceName);
  const mode = chooseMode(deps.supportedModes(source.type), request.mode, source.type);
  const dryRun = request.dryRun ?? false;
  const trigger = request.trigger ?? 'manual';
  const draft = { sourceId: source.id, mode, dryRun, trigger, requestedBy: request.requestedBy, scheduledFor: null };
  const queued = await queueTask(deps, draft);
  if (queued === null) throw await changedMeanwhile(deps, request.sourceName);
  if (queued.joined && queued.notBefore !== null) await startNow(deps, queued.id);
  const detail = { mode, dryRun, joined: queued.joined };
  await auditTask(deps.db.prisma, { ...request, taskId: queued.id, verb: 'sync', detail });
  const task = await findTask(deps.db.prisma, queued.id);
  if (task === null)
    throw new RequestError(404, 'source_not_found', `Source "${request.sourceName}" was just deleted.`);
  return { task, joined: queued.joined };
}

async function findEnabled({ db }: RequestSyncDeps, name: string): Promise<SourceToSync> {
  const source = await findSourceToSync(db.prisma, name);
  if (source === null) throw new RequestError(404, 'source_not_found', `There is no source "${name}".`);
  const refused = refuseSource(name, source.state, 'sync');
  if (refused) throw refused;
  return source;
}

/** The source was disabled or deleted between the check and the insert. */
async function changedMeanwhile(deps: RequestSyncDeps, name: string): Promise<RequestError> {
  await findEnabled(deps, name);
  return new RequestError(409, 'source_disabled', `Source "${name}" changed just now: sync again.`);
}

function chooseMode(supported: readonly ReadMode[], requested: ReadMode | undefined, type: string): ReadMode {
  const mode = requested ?? (supported.includes('full') ? 'full' : 'delta');
  if (supported.includes(mode)) return mode;
  const able = supported.length === 0 ? 'nothing here' : supported.join(', ');
  throw new RequestError(
    422,
    'mode_not_supported',
    `Sources of type "${type}" do not support ${mode} syncs; supported: ${able}.`,
  );
}

/** A request ends the back-off of a waiting task. */
async function startNow(deps: RequestSyncDeps, taskId: string): Promise<void> {
  const ring = await endBackOff(deps.db.prisma, taskId);
  if (ring !== null) await ringTask(deps, { taskId, ring });
}

/**
 * Ends the back-off of a queued task.
 *
 * @returns its new ring, or null when it no longer waits.
 */
async function endBackOff(tx: Tx, taskId: string): Promise<number | null> {
  // Touches the one waiting task; a second call finds no back-off.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET not_before = NULL, ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND status = 'queued' AND not_before > now()
    RETURNING ring`;
  return rows[0]?.ring ?? null;
}
