import { readExternalId } from '../../domain/external-id.js';
import type { SourceRecord } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { InboxPush } from './push-inbox.js';

/** Most records in one message. */
const MAX_BATCH = 1_000;

type Message = SourceMessage<never>;

/** Turns one push into messages. Their order is the records' order: in a push, the last word wins (R6). */
export function* pushMessages(push: InboxPush): Generator<Message> {
  let batch: Item[] = [];
  for (const record of push.records) {
    const item = readItem(record);
    if (batch.length >= MAX_BATCH || (batch[0] && batch[0].is !== item.is)) {
      yield* messagesOf(push, batch);
      batch = [];
    }
    batch.push(item);
  }
  yield* messagesOf(push, batch);
}

type Item =
  | { readonly is: 'present'; readonly id: unknown; readonly data: unknown }
  | { readonly is: 'gone'; readonly id: unknown }
  | { readonly is: 'rejected'; readonly id: string | null; readonly code: string; readonly reason: string };

function readItem(record: unknown): Item {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { is: 'rejected', id: null, code: 'invalid_record', reason: 'A record must be an object.' };
  }
  const { uid, isDeleted } = record as { readonly uid?: unknown; readonly isDeleted?: unknown };
  if (uid === undefined || uid === null || uid === '') {
    return { is: 'rejected', id: null, code: 'missing_uid', reason: 'The record has no uid.' };
  }
  if (isDeleted === true) return { is: 'gone', id: uid };
  if (isDeleted === undefined || isDeleted === null || isDeleted === false) {
    return { is: 'present', id: uid, data: record };
  }
  const verdict = readExternalId(uid);
  const reason = 'isDeleted must be true or false; text and numbers are not read as booleans.';
  return { is: 'rejected', id: verdict.ok ? verdict.externalId : null, code: 'invalid_boolean', reason };
}

/** A batch holds items of one sort. */
function* messagesOf({ pushId, kind, matchKey }: InboxPush, batch: readonly Item[]): Generator<Message> {
  const records: SourceRecord[] = [];
  const externalIds: unknown[] = [];
  const matchKeys = matchKey === null ? {} : { matchKeys: [matchKey] };
  for (const item of batch) {
    if (item.is === 'present') records.push({ externalId: item.id, data: item.data, ...matchKeys });
    else if (item.is === 'gone') externalIds.push(item.id);
    else {
      const { id, code, reason } = item;
      yield { type: 'rejected', kind, externalId: id, code, reason, origin: pushId };
    }
  }
  if (records.length > 0) yield { type: 'records', kind, records, origin: pushId };
  if (externalIds.length > 0) yield { type: 'tombstones', kind, externalIds, origin: pushId };
}
