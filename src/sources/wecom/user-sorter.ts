import { type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inBatches } from './in-batches.js';
import { mapUser, mapUserId, type UserView, userKey } from './map-user.js';
import type { UserIds } from './read-user-ids.js';
import { wecomUser } from './wecom-shapes.js';

/** Makes one record of a member whom several departments list, and says what can't be read (R7). */
export class UserSorter {
  private readonly seen = new Set<string>();

  constructor(
    private readonly view: UserView,
    private readonly ids: UserIds | null,
  ) {}

  *messagesOf(list: readonly unknown[]): Generator<SourceMessage<never>> {
    const records: SourceRecord[] = [];
    for (const item of list) {
      const parsed = wecomUser.safeParse(item);
      if (!parsed.success) yield this.rejected(item, parsed.error.issues[0]?.path.join('.') ?? '');
      else {
        const key = userKey(parsed.data.userid);
        if (this.seen.has(key)) continue;
        this.seen.add(key);
        const more = this.ids?.get(key)?.departments;
        records.push(mapUser(parsed.data, { ...this.view, ...(more ? { moreDepartments: more } : {}) }));
      }
    }
    for (const batch of inBatches(records)) yield { type: 'records', kind: USER, records: batch };
  }

  /** Those whom only contacts sync knows. */
  *restOf(ids: UserIds | null): Generator<SourceMessage<never>> {
    const unseen = [...(ids ?? [])].filter(([key]) => !this.seen.has(key));
    const records = unseen.map(([, { userid, departments }]) => mapUserId(userid, departments));
    for (const batch of inBatches(records)) yield { type: 'records', kind: USER, records: batch };
  }

  /** It is there, whatever it says: contacts sync must not say it again in its own poorer words. */
  private rejected(item: unknown, where: string): SourceMessage<never> {
    const userid = (item as { userid?: unknown } | null)?.userid;
    const externalId = typeof userid === 'string' && userid !== '' ? userKey(userid) : null;
    if (externalId !== null) this.seen.add(externalId);
    return {
      ...{ type: 'rejected', kind: USER, externalId },
      ...{ code: 'invalid_record', reason: `WeCom's member has an unknown shape (at "${where}").` },
    };
  }
}
