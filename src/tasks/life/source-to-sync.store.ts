import { refuseSource, type SourceState } from '../../domain/source-state.js';
import type { Tx } from '../../platform/db.js';
import { isReadless } from '../../domain/task.js';
import type { LockedTask } from './lock-task.store.js';

/** The data of a source that a request needs. */
export interface SourceToSync {
  readonly id: string;
  readonly type: string;
  readonly state: SourceState;
}

/** Finds a source by its name. */
export async function findSourceToSync(tx: Tx, name: string): Promise<SourceToSync | null> {
  const rows = await tx.$queryRaw<SourceToSync[]>`
    SELECT s.id, s.type, source_state(s) AS state FROM sources s WHERE s.name = ${name}`;
  return rows[0] ?? null;
}

/**
 * Refuses to queue a task again if the state of its source forbids it: a task that reads needs an enabled source, any
 * other a source that is not deleted.
 *
 * @throws RequestError 409 source_disabled, source_being_deleted or source_deleted.
 */
export function requireSource({ source, sourceState, mode }: LockedTask, action: string): void {
  if (isReadless(mode) && sourceState !== 'deleted') return;
  const refused = refuseSource(source, sourceState, action);
  if (refused) throw refused;
}
