import { type SourceRecord, USER } from '../../domain/record.js';
import { partitionItems, type Rejected } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { MAX_PROOFS } from '../source-adapter.js';
import { mapKnown, mapUser, type UserView } from './map-user.js';
import type { UserIds } from './read-user-ids.js';
import { userKey, userReading, type WecomUser } from './wecom-shapes.js';

type Message = SourceMessage<never>;

/** Makes one record of a member that several departments list, and reports the fields that cannot be read (R7). */
export class UserSorter {
  private readonly seen = new Set<string>();

  constructor(
    private readonly view: UserView,
    private readonly ids: UserIds | null,
  ) {}

  /** Rejects the rows of contacts sync that cannot be read; the members of the app do not replace them. */
  *rejectedIds(): Generator<Message> {
    for (const one of this.ids?.rejected ?? []) yield this.reject(one);
  }

  *messagesOf(list: readonly unknown[]): Generator<Message> {
    const { items, rejected } = partitionItems(list, userReading);
    for (const one of rejected) yield this.reject(one);
    const records = items.flatMap((user) => this.recordOf(user) ?? []);
    for (const batch of inBatches(records)) yield { type: 'records', kind: USER, records: batch };
  }

  /** The members that only contacts sync can see. */
  *restOf(ids: UserIds | null): Generator<Message> {
    const unseen = [...(ids?.members ?? [])].filter(([key]) => !this.seen.has(key));
    const records = unseen.map(([, member]) => mapKnown(member));
    for (const batch of inBatches(records)) yield { type: 'records', kind: USER, records: batch };
  }

  /**
   * The members of these departments that the walk did not read because they moved during the walk. Empty if there are
   * more than can be looked up.
   */
  missedIn(departments: ReadonlySet<string>): readonly string[] {
    const missed = [...(this.ids?.members ?? [])].filter(
      ([key, one]) => !this.seen.has(key) && one.departments.some((id) => departments.has(String(id))),
    );
    return missed.length > MAX_PROOFS ? [] : missed.map(([, { userid }]) => userid);
  }

  /** Marks members whose look-up has a result. */
  note(message: Message): Message {
    if (message.type === 'records') for (const { externalId } of message.records) this.seen.add(String(externalId));
    if (message.type === 'present') for (const externalId of message.externalIds) this.seen.add(externalId);
    return message;
  }

  private recordOf(user: WecomUser): SourceRecord | null {
    const key = userKey(user.userid);
    if (this.seen.has(key)) return null;
    this.seen.add(key);
    return mapUser(user, { ...this.view, known: this.ids?.members.get(key) });
  }

  /** The member exists: contacts sync must not yield it again with less data. */
  private reject(one: Rejected): Rejected {
    if (one.externalId !== null) this.seen.add(one.externalId);
    return one;
  }
}

/** The largest number of records in one message. */
const BATCH = 500;

/** Divides a list into parts that fit into one message. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}
