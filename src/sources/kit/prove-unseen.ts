import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import { MAX_PROOFS, type UnseenIds } from '../source-adapter.js';
import type { SyncError } from '../../domain/errors.js';

type Message = SourceMessage<never>;

/** The number of simultaneous calls. */
const AT_ONCE = 4;

/** How an adapter looks for records that its walk did not find. */
export interface Proof<Found> {
  /** The ids that a second walk finds. */
  readonly again: AsyncIterable<readonly string[]>;
  readonly lookUp: (id: string) => Promise<LookUp<Found>>;
}

/** How an adapter looks for people that its walk did not find. */
export interface PeopleProof<Found> extends Proof<Found> {
  /** The record of a person who was found; null if the answer is about another person. */
  readonly recordOf: (found: Found, id: string) => SourceRecord | null;
}

/**
 * A walk is not a snapshot: a person who moves from a department that is not read yet to one that was already read is
 * in no list. Each person that the walk did not find is looked up; a person that the vendor does not know is gone
 * (R30).
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
    // The answer contains no information about this person, so it does not prove that the person is gone.
    else yield { type: 'present', kind: USER, externalIds: [id] };
  }
}

/**
 * The same for departments: a department that moves under a parent that was already read is in no list of children.
 * @returns the departments that still exist; the departments below them must be walked
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

/** The result of one call about one object. */
export type LookUp<Found> =
  | { readonly is: 'there'; readonly found: Found }
  /** It does not exist any more, or is not visible; a full read cannot distinguish these cases either. */
  | { readonly is: 'gone' }
  /** The answer contains no information about it, so it counts as existing. */
  | { readonly is: 'unreadable'; readonly error: SyncError };

/** Decides which errors of a call are statements about the requested object. */
interface LookUpJudge {
  readonly isGone: (error: unknown) => boolean;
  readonly isUnreadable: (error: unknown) => error is SyncError;
}

/** Waits for the answer about one object. @throws SyncError for an error that does not concern this object */
export async function lookUp<Found>(
  work: Promise<Found>,
  { isGone, isUnreadable }: LookUpJudge,
): Promise<LookUp<Found>> {
  try {
    return { is: 'there', found: await work };
  } catch (error) {
    if (isGone(error)) return { is: 'gone' };
    if (isUnreadable(error)) return { is: 'unreadable', error };
    throw error;
  }
}
