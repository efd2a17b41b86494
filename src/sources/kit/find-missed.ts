import type { RecordKind } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { MAX_PROOFS, type UnseenIds } from '../source-adapter.js';

type Message = SourceMessage<never>;

/**
 * Whom a walk missed. Where more are missing than may be looked up, the walk is done once more first: a person who is met
 * then is present.
 * @param again ids that the second walk meets; it begins only when it is needed
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
