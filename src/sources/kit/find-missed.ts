import type { RecordKind } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { MAX_PROOFS, type UnseenIds } from '../source-adapter.js';

type Message = SourceMessage<never>;

/**
 * Returns the ids of the linked records that a walk did not find. If there are more than can be looked up, the walk
 * runs a second time first; a record that it finds is present.
 * @param again the ids that the second walk finds; it starts only if it is needed
 */
export async function* findMissed(
  kind: RecordKind,
  unseenIds: UnseenIds,
  again: AsyncIterable<readonly string[]>,
): AsyncGenerator<Message, readonly string[]> {
  const missed = await unseenIds(kind, MAX_PROOFS);
  if (missed !== null) return missed;
  for await (const externalIds of again) {
    if (externalIds.length > 0) yield { type: 'present', kind, externalIds };
  }
  return (await unseenIds(kind, MAX_PROOFS)) ?? [];
}
