import { DEPARTMENT, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import type { UnseenIds } from '../source-adapter.js';
import { findMissed } from './find-missed.js';
import type { LookUp } from './look-up.js';

type Message = SourceMessage<never>;

/** Calls at the same time. */
const AT_ONCE = 4;

/** How an adapter looks for what its walk missed. */
export interface Proof<Found> {
  /** Ids that a second walk meets. */
  readonly again: AsyncIterable<readonly string[]>;
  readonly lookUp: (id: string) => Promise<LookUp<Found>>;
}

/** How an adapter looks for people. */
export interface PeopleProof<Found> extends Proof<Found> {
  /** The record of a person who was found; null where the answer is about another one. */
  readonly recordOf: (found: Found, id: string) => SourceRecord | null;
}

/**
 * A walk is no snapshot: a person who moves from a department that is still to be read into one that is through stands in
 * no list. Each person whom the walk missed is looked up; the one whom the vendor does not know is gone (R30).
 */
export async function* proveUsers<Found>(
  unseenIds: UnseenIds,
  { again, lookUp, recordOf }: PeopleProof<Found>,
): AsyncGenerator<Message> {
  const missed = yield* findMissed(USER, unseenIds, again);
  const look = async (id: string) => ({ id, answer: await lookUp(id) });
  for await (const { id, answer } of inOrder(missed, AT_ONCE, look)) {
    if (answer.is === 'gone') continue;
    const record = answer.is === 'there' ? recordOf(answer.found, id) : null;
    if (record) yield { type: 'records', kind: USER, records: [record] };
    // The answer says nothing of this person, so nothing proves the person gone.
    else yield { type: 'present', kind: USER, externalIds: [id] };
  }
}

/**
 * The same for departments: one that moves under a parent that is through stands in no list of children.
 * @returns those that are there after all; what is below them has to be walked
 */
export async function* proveDepartments(
  unseenIds: UnseenIds,
  { again, lookUp }: Proof<unknown>,
): AsyncGenerator<Message, readonly string[]> {
  const missed = yield* findMissed(DEPARTMENT, unseenIds, again);
  const there: string[] = [];
  const look = async (id: string) => ({ id, answer: await lookUp(id) });
  for await (const { id, answer } of inOrder(missed, AT_ONCE, look)) {
    if (answer.is === 'there') there.push(id);
    if (answer.is === 'unreadable') yield { type: 'present', kind: DEPARTMENT, externalIds: [id] };
  }
  return there;
}
