import { type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import { findMissed } from '../kit/prove-unseen.js';
import type { UnseenIds } from '../source-adapter.js';
import { type Access, findUser } from './find-user.js';
import { mapKnown, mapUser, type UserView } from './map-user.js';
import { readUserIds, type UserIds } from './read-user-ids.js';
import { userKey } from './wecom-shapes.js';

type Message = SourceMessage<never>;

const AT_ONCE = 4;

/** The data that the read has. */
export interface ProofWork {
  readonly access: Access;
  readonly view: UserView;
  /** Null if contacts sync was not used. */
  readonly ids: UserIds | null;
  /** Lists the members of each department again. */
  readonly walk: () => AsyncIterable<readonly unknown[]>;
}

/**
 * A walk is not a snapshot: a member who moves from a department that is not read yet to one that was already read is
 * in no list. Each member that the walk did not find is looked up; a member that WeCom does not know is gone (R30).
 *
 * If more members are missing than can be looked up, the walk runs a second time first.
 */
export async function* proveUnseen(unseen: readonly string[] | UnseenIds, work: ProofWork): AsyncGenerator<Message> {
  const missed = typeof unseen === 'function' ? yield* findMissed(USER, unseen, secondWalk(work)) : unseen;
  const again = new SecondList(work);
  for await (const messages of inOrder(missed, AT_ONCE, (id) => lookUp(id, work, again))) yield* messages;
}

/** A member that the second walk finds is present; its record is updated by the next read. */
async function* secondWalk({ walk }: ProofWork): AsyncGenerator<readonly string[]> {
  for await (const list of walk()) {
    yield list.flatMap((one) => {
      const { userid } = (one ?? {}) as { userid?: unknown };
      return typeof userid === 'string' || typeof userid === 'number' ? [userKey(String(userid))] : [];
    });
  }
}

async function lookUp(id: string, work: ProofWork, again: SecondList): Promise<readonly Message[]> {
  const key = userKey(id);
  const found = await findUser(work.access, id);
  switch (found.is) {
    case 'there':
      return [recordOf(mapUser(found.user, { ...work.view, known: work.ids?.members.get(key) }))];
    case 'gone':
      return [];
    case 'unreadable':
      return [presentOf(key)];
    case 'out_of_sight':
    case 'refused':
      return fromList(key, await again.read(), { refused: found.is === 'refused', known: work.ids });
  }
}

/** The record of a member that only contacts sync can see. */
function fromList(
  key: string,
  list: UserIds | null,
  { refused, known }: { readonly refused: boolean; readonly known: UserIds | null },
): readonly Message[] {
  // Without contacts sync, a member that the app cannot see is gone for this source.
  if (list === null) return refused ? [presentOf(key)] : [];
  const listed = list.members.get(key);
  const isOdd = list.rejected.some(({ externalId }) => externalId === key || externalId === null);
  if (!listed) return isOdd ? [presentOf(key)] : [];
  // The first list contained the member: the read yields its record later.
  return known?.members.has(key) ? [] : [recordOf(mapKnown(listed))];
}

const presentOf = (key: string): Message => ({ type: 'present', kind: USER, externalIds: [key] });

const recordOf = (record: SourceRecord): Message => ({ type: 'records', kind: USER, records: [record] });

/** The list of contacts sync, read again at most once: a list of several pages is not a snapshot either. */
class SecondList {
  private list: Promise<UserIds | null> | null = null;

  constructor(private readonly work: ProofWork) {}

  read(): Promise<UserIds | null> {
    const { access, ids } = this.work;
    this.list ??= access.ids && ids ? readUserIds(access.ids) : Promise.resolve(null);
    return this.list;
  }
}
