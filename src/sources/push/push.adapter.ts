import { z } from 'zod';
import { DEPARTMENT, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ReadRequest, SourceAdapter, SourceContext } from '../source-adapter.js';
import { type InboxPush, type PushFault, type PushInbox, stopOnAbort } from './push-inbox.js';
import { readExternalId } from '../../domain/external-id.js';
import type { FieldProblem } from '../../domain/field-problem.js';

const nothing = z.strictObject({});

type Nothing = z.infer<typeof nothing>;

/**
 * Reads pushed records: clients push them, and a task reads them as a delta.
 *
 * A record that is not pushed is not absent, so no kind is ever complete. A push can have a kind that a plugin
 * registered.
 */
export function pushAdapter({ inbox }: { readonly inbox: PushInbox }): SourceAdapter<Nothing, Nothing> {
  return {
    type: 'push',
    title: 'Push API',
    configSchema: nothing,
    cursorSchema: nothing,
    // Resumable: the pushes of a task are assigned to it, so an interrupted read reads them again.
    capabilities: { kinds: [USER, DEPARTMENT], modes: ['delta'], resumable: true, replays: true },
    check: () => Promise.resolve({ ok: true, hint: 'Clients push records to POST /api/v1/sources/{name}/records.' }),
    read: (request, { sourceId, signal }) => stopOnAbort(drain(inbox, request, { sourceId, signal }), signal),
  };
}

/**
 * A dry run reads the waiting pushes without assigning them: a task that has pushes must apply or refuse them (R35).
 */
async function* drain(
  inbox: PushInbox,
  { taskId, dryRun = false }: ReadRequest<Nothing>,
  { sourceId, signal }: Pick<SourceContext<Nothing>, 'sourceId' | 'signal'>,
): AsyncGenerator<SourceMessage<Nothing>> {
  if (!dryRun) await inbox.claim(taskId, sourceId, signal);
  for await (const push of dryRun ? inbox.peek(sourceId, signal) : inbox.read(taskId, signal))
    yield* pushMessages(push);
  yield { type: 'checkpoint', cursor: {} };
}

/** The largest number of records in one message. */
const MAX_BATCH = 1_000;

type Message = SourceMessage<never>;

/** Makes messages from one push, in the order of its records: within a push, a later record takes precedence (R6). */
function* pushMessages(push: InboxPush): Generator<Message> {
  let batch: Item[] = [];
  const faults = new Map<number, PushFault[]>();
  for (const fault of push.faults ?? []) faults.set(fault.place, [...(faults.get(fault.place) ?? []), fault]);
  for (const [place, record] of push.records.entries()) {
    const item = readItem(record, place, faults.get(place) ?? []);
    if (batch.length >= MAX_BATCH || (batch[0] && batch[0].is !== item.is)) {
      yield* messagesOf(push, batch);
      batch = [];
    }
    batch.push(item);
  }
  yield* messagesOf(push, batch);
}

type Item = { readonly place: number } & (
  | { readonly is: 'present'; readonly id: unknown; readonly data: unknown; readonly problems: readonly FieldProblem[] }
  | { readonly is: 'gone'; readonly id: unknown }
  | { readonly is: 'rejected'; readonly id: string | null; readonly code: string; readonly reason: string }
);

function readItem(record: unknown, place: number, faults: readonly PushFault[]): Item {
  const fault = faults.find(({ field }) => field === 'uid');
  if (fault) return { is: 'rejected', place, id: null, code: fault.code, reason: fault.message };
  return { ...readWord(record, faults), place };
}

/** Reads a record whose id is readable. */
function readWord(record: unknown, faults: readonly PushFault[]): DistributiveOmit<Item, 'place'> {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { is: 'rejected', id: null, code: 'invalid_record', reason: 'A record must be an object.' };
  }
  const { uid, isDeleted } = record as { readonly uid?: unknown; readonly isDeleted?: unknown };
  if (uid === undefined || uid === null || uid === '') {
    return { is: 'rejected', id: null, code: 'missing_uid', reason: 'The record has no uid.' };
  }
  if (isDeleted === true) return { is: 'gone', id: uid };
  if (isDeleted === undefined || isDeleted === null || isDeleted === false) {
    const problems = faults.map(({ field, code, message }) => ({ field, code, message }));
    return { is: 'present', id: uid, data: record, problems };
  }
  const verdict = readExternalId(uid);
  const reason = 'isDeleted must be true or false; text and numbers are not read as booleans.';
  return { is: 'rejected', id: verdict.ok ? verdict.externalId : null, code: 'invalid_boolean', reason };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A batch contains items of one type. */
function* messagesOf({ pushId, kind, matchKey }: InboxPush, batch: readonly Item[]): Generator<Message> {
  const records: SourceRecord[] = [];
  const externalIds: unknown[] = [];
  const places: number[] = [];
  const matchKeys = matchKey === null ? {} : { matchKeys: [matchKey] };
  for (const item of batch) {
    if (item.is === 'present') {
      const { id: externalId, data, problems, place } = item;
      records.push({ externalId, data, place, ...matchKeys, ...(problems.length > 0 ? { problems } : {}) });
    } else if (item.is === 'gone') {
      externalIds.push(item.id);
      places.push(item.place);
    } else {
      const { id, code, reason, place } = item;
      yield { type: 'rejected', kind, externalId: id, code, reason, origin: pushId, place };
    }
  }
  if (records.length > 0) yield { type: 'records', kind, records, origin: pushId };
  if (externalIds.length > 0) yield { type: 'tombstones', kind, externalIds, origin: pushId, places };
}
