import { refuseSource } from '../../domain/source-state.js';
import { isReadless } from '../../domain/task.js';
import type { LockedTask } from './lock-task.store.js';

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
