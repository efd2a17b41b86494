import { v7 as uuidv7 } from 'uuid';
import { RequestError } from '../domain/errors.js';
import type { RecordKind } from '../domain/record.js';
import type { Db } from '../platform/db.js';
import { withoutPasswords } from '../platform/without-passwords.js';
import { findReplay } from './find-replay.store.js';
import type { InsertedPush } from './insert-pushes.store.js';
import { PushAccepts } from './push-accepts.js';
import { refuseUnstorableText } from './refuse-unstorable-text.js';
import { ringTask } from './ring-task.js';
import { findSourceToSync } from './source-to-sync.store.js';
import type { AcceptPushDeps } from './task-deps.js';

/** What makes a repeated request harmless: the caller's key, and what it stood for the first time. */
interface Idempotency {
  /** The API key that sends it. */
  readonly owner: string;
  readonly key: string;
  /** sha256 of path and body. */
  readonly bodyHash: string;
}

/** Records that somebody hands over. */
export interface PushRequest {
  readonly sourceName: string;
  /** The only source that the caller may push to; default any. */
  readonly onlySourceId?: string | null;
  readonly kind: RecordKind;
  readonly matchKey: string | null;
  readonly records: readonly unknown[];
  readonly requestedBy: string | null;
  readonly idempotency: Idempotency | null;
}

/** What was promised: the push is stored, and a task will drain it. */
export interface PushReceipt {
  readonly pushId: string;
  readonly taskId: string;
  /** The same request came before: nothing was stored now. */
  readonly replayed: boolean;
}

/**
 * Stores a push in the durable inbox and sees to it that a delta task drains it, in one statement.
 *
 * @throws RequestError 403 forbidden, 404 source_not_found, 409 source_disabled, 422 not_a_push_source,
 *   409 idempotency_key_reused, 400 invalid_text.
 */
export async function acceptPush(deps: AcceptPushDeps, request: PushRequest): Promise<PushReceipt> {
  const records = withoutPasswords(request.records);
  const json = JSON.stringify(records);
  refuseUnstorableText(records, json);
  const push = await storePush(deps, request, json);
  if (push === null) return replay(deps, request);
  if (push.newRing !== null) await ringTask(deps, { taskId: push.taskId, ring: push.newRing });
  if (push.rawLog) writeRecordLog(deps, { request, push, records });
  return { pushId: push.id, taskId: push.taskId, replayed: false };
}

function storePush({ db }: AcceptPushDeps, request: PushRequest, json: string): Promise<InsertedPush | null> {
  const accepts = acceptsOf.get(db) ?? new PushAccepts(db.pool);
  acceptsOf.set(db, accepts);
  const { onlySourceId = null, records } = request;
  return accepts.store({ ...request, onlySourceId, id: uuidv7(), json, recordCount: records.length });
}

const acceptsOf = new WeakMap<Db, PushAccepts>();

/** Nothing was stored: the request came before, or its source takes no pushes. */
async function replay({ db }: AcceptPushDeps, request: PushRequest): Promise<PushReceipt> {
  const before = request.idempotency && (await findReplay(db.prisma, request.idempotency));
  if (!before) return refuseSource(db.prisma, request);
  if (before.bodyHash !== request.idempotency?.bodyHash) {
    throw new RequestError(409, 'idempotency_key_reused', 'This Idempotency-Key came before with another body.');
  }
  return { pushId: before.pushId, taskId: before.taskId, replayed: true };
}

async function refuseSource(tx: Db['prisma'], { sourceName: name, onlySourceId = null }: PushRequest): Promise<never> {
  const source = await findSourceToSync(tx, name);
  if (onlySourceId !== null && source?.id !== onlySourceId) {
    throw new RequestError(403, 'forbidden', 'This key is narrowed to another source.');
  }
  if (source === null) throw new RequestError(404, 'source_not_found', `There is no source "${name}".`);
  if (source.type !== 'push') {
    throw new RequestError(
      422,
      'not_a_push_source',
      `Source "${name}" is of type ${source.type}: nothing can be pushed.`,
    );
  }
  throw new RequestError(409, 'source_disabled', `Source "${name}" is disabled: enable it to push.`);
}

function writeRecordLog(
  { recordLog }: AcceptPushDeps,
  given: { request: PushRequest; push: InsertedPush; records: readonly unknown[] },
): void {
  const { request, push, records } = given;
  const { taskId, batch, redact } = push;
  recordLog.write({ taskId, batch, source: request.sourceName, kind: request.kind, records, redact });
}
