import { RequestError } from './errors.js';

/**
 * Whether a source accepts syncs and pushes: only an `enabled` one does. `being_deleted`: a task of mode `remove` has
 * not ended. `deleted`: that task ended, and the row only stays so that the task can be undone. The SQL function
 * `source_state` returns it.
 */
export type SourceState = 'enabled' | 'disabled' | 'being_deleted' | 'deleted';

/**
 * Why the state of a source forbids what a caller asks for.
 * @param action what the caller asks for, as a verb: `sync`, `push`.
 * @returns 409 source_disabled, source_being_deleted or source_deleted; null for an enabled source.
 */
export function refuseSource(name: string, state: SourceState, action: string): RequestError | null {
  switch (state) {
    case 'enabled':
      return null;
    case 'disabled':
      return new RequestError(409, 'source_disabled', `Source "${name}" is disabled: enable it to ${action}.`);
    case 'being_deleted':
      return new RequestError(
        409,
        'source_being_deleted',
        `Source "${name}" is being deleted: cancel its task of mode "remove" to ${action}.`,
      );
    case 'deleted':
      return new RequestError(409, 'source_deleted', `Source "${name}" is deleted: undo its deletion to ${action}.`);
    default:
      return state satisfies never;
  }
}

/** The stored name of a deleted source, so that its own name can be used again. Such a name is refused in the API. */
export function nameWhenDeleted({ id, name }: { readonly id: string; readonly name: string }): string {
  return `${name}~${id}`;
}

/** The name of a source, or its name before it was deleted. @param stored the name in its row. */
export function nameOfSource(stored: string): string {
  return stored.replace(/~.*$/, '');
}
