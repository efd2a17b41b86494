import { SyncError } from '../../domain/errors.js';
import type { SourceMessage } from '../../domain/source-message.js';
import {
  HINT_UNREADABLE,
  type Hint,
  type ReadRequest,
  type SourceAdapter,
  type SourceContext,
} from '../../sources/source-adapter.js';

/**
 * Reads a source. If one of the hints makes the adapter fail permanently, the hints are halved and read separately,
 * until the failing one is found: it is rejected, and the others are read (R47). Records before the failure are read
 * again.
 */
export async function* readApart(
  adapter: SourceAdapter,
  request: ReadRequest<unknown>,
  context: SourceContext<unknown>,
): AsyncGenerator<SourceMessage<unknown>> {
  const { hints = [] } = request;
  try {
    yield* adapter.read(request, context);
  } catch (error) {
    const [first] = hints;
    if (first === undefined || context.signal.aborted || !mayBeOfOneHint(error)) throw error;
    if (hints.length === 1) yield rejectedHint(first, error);
    else {
      const middle = Math.ceil(hints.length / 2);
      yield* readApart(adapter, { ...request, hints: hints.slice(0, middle) }, context);
      yield* readApart(adapter, { ...request, hints: hints.slice(middle) }, context);
    }
  }
}

/** An error that would occur again, or a fault of the adapter; not of the network, a credential or an option. */
function mayBeOfOneHint(error: unknown): boolean {
  return !(error instanceof SyncError) || (error.code === 'source_read' && !error.advice.retry);
}

function rejectedHint({ kind, externalId }: Hint, error: unknown): SourceMessage<unknown> {
  // The text of an unexpected error may contain any data.
  const reason = error instanceof SyncError ? error.message : 'The adapter failed while it read this record.';
  return { type: 'rejected', kind, externalId, code: HINT_UNREADABLE, reason };
}
