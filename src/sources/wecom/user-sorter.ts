import { type SourceRecord, USER } from '../../domain/record.js';
import { partitionItems, type Rejected } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { MAX_PROOFS } from '../source-adapter.js';
import { mapKnown, mapUser, type UserView } from './map-user.js';
import type { UserIds } from './read-user-ids.js';
import { userKey } from './user-key.js';
import { userReading, type WecomUser } from './wecom-shapes.js';

type Message = SourceMessage<never>;

/** Makes one record of a member whom several departments list, and says what can't be read (R7). */
export class UserSorter {
  private readonly seen = new Set<string>();

  constructor(
    private readonly view: UserView,
    private readonly ids: UserIds | null,
  ) {}

  /** What contacts sync could not say of a member is not known from an app's smaller view either. */
  *rejectedIds(): Generator<Message> {
    for (const one of this.ids?.rejected ?? []) yield this.reject(one);
  }

  *messagesOf(list: readonly unknown[]): Generator<Message> {
    const { items, rejected } = partitionItems(list, userReading);
    for (const one of rejected) yield this.reject(one);
    const records = items.flatMap((user) => this.recordOf(user) ?? []);
    for (const batch of inBatches(records)) yield { type: 'records', kind: USER, records: batch };
  }

  /** Those whom only contacts sync knows. */
  *restOf(ids: UserIds | null): Generator<Message> {
    const unseen = [...(ids?.members ?? [])].filter(([key]) => !this.seen.has(key));
    const records = unseen.map(([, member]) => mapKnown(member));
    for (const batch of inBatches(records)) yield { type: 'records', kind: USER, records: batch };
  }

  /**
   * Members of these departments whom the walk did not read: they moved during the walk. Empty where there are more
   * than may be looked up.
   */
  missedIn(departments: ReadonlySet<string>): readonly string[] {
    const missed = [...(this.ids?.members ?? [])].filter(
      ([key, one]) => !this.seen.has(key) && one.departments.some((id) => departments.has(String(id))),
    );
    return missed.length > MAX_PROOFS ? [] : missed.map(([, { userid }]) => userid);
  }

  /** Remembers whom a look-up has settled. */
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

  /** It is there, whatever it says: contacts sync must not say it again in its own poorer words. */
  private reject(one: Rejected): Rejected {
    if (one.externalId !== null) this.seen.add(one.externalId);
    return one;
  }
}

/** Most records in one message. */
const BATCH = 500;

/** Cuts a list into parts that fit one message. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}
