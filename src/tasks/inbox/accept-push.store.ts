import { v7 as uuidv7 } from 'uuid';
import { RequestError } from '../../domain/errors.js';
import type { RecordKind } from '../../domain/record.js';
import { refuseSource } from '../../domain/source-state.js';
import { toStorable } from '../../domain/storable-record.js';
import type { Db, Tx } from '../../platform/db.js';
import { startLongWork } from '../../platform/long-work.js';
import { withoutPasswords } from '../../platform/without-passwords.js';
import type { InsertedPush, NewPush } from './insert-pushes.store.js';
import { ringTask } from '../life/ring.store.js';
import { findSourceToSync } from '../life/source-to-sync.store.js';
import type { AcceptPushDeps } from '../life/task.js';

/** Makes a repeated request harmless: the caller's key, with the request for which it was used first. */
interface Idempotency {
  /** The API key that sends it. */
  readonly owner: string;
  readonly key: string;
  /** sha256 of path and body. */
  readonly bodyHash: string;
}

/** Records that a client pushes. */
interface PushRequest {
  readonly sourceName: string;
  /** The only source that the caller may push to; default any. */
  readonly onlySourceId?: string | null;
  readonly kind: RecordKind;
  readonly matchKey: string | null;
  readonly records: readonly unknown[];
  readonly requestedBy: string | null;
  readonly idempotency: Idempotency | null;
}

/** The result of an accepted push: it is stored, and a task will process it. */
export interface PushReceipt {
  readonly pushId: string;
  readonly taskId: string;
  /** The same request was sent before: nothing was stored now. */
  readonly replayed: boolean;
}

/**
 * Stores a push in the durable inbox, together with the delta task that processes it, in one statement.
 *
 * @throws RequestError 403 forbidden, 404 source_not_found, 409 source_disabled or source_being_deleted,
 *   422 not_a_push_source, 409 idempotency_key_reused.
 */
export async function acceptPush(deps: AcceptPushDeps, request: PushRequest): Promise<PushReceipt> {
  const { records, ...content } = await contentOf(request.records);
  const push = await storePush(deps, request, content);
  if (push === null) return replay(deps, request);
  if (push.newRing !== null) await ringTask(deps, { taskId: push.taskId, ring: push.newRing });
  if (push.rawLog) await writeRecordLog(deps, { request, push, records });
  return { pushId: push.id, taskId: push.taskId, replayed: false };
}

type PushContent = Pick<NewPush, 'json' | 'faults'>;

/** The stored form of records, computed in time slices. */
async function contentOf(given: readonly unknown[]): Promise<PushContent & { readonly records: readonly unknown[] }> {
  const work = startLongWork();
  const records: unknown[] = [];
  const texts: string[] = [];
  const faults: object[] = [];
  for (const [place, one] of given.entries()) {
    // A push of one record keeps its position before later pushes.
    if (place > 0 && work.isDue()) await work.rest();
    const storable = toStorable(one);
    const { value, text } = withoutPasswords(storable.record);
    records.push(value);
    texts.push(text);
    for (const fault of storable.faults) faults.push({ place, ...fault });
  }
  return { records, json: `[${texts.join(',')}]`, faults: faults.length > 0 ? JSON.stringify(faults) : null };
}

function storePush(
  { pushBatcher }: AcceptPushDeps,
  request: PushRequest,
  content: PushContent,
): Promise<InsertedPush | null> {
  const { onlySourceId = null, records } = request;
  return pushBatcher.store({ ...request, onlySourceId, id: uuidv7(), ...content, recordCount: records.length });
}

/** Nothing was stored: the request was sent before, or its source accepts no pushes. */
async function replay({ db }: AcceptPushDeps, request: PushRequest): Promise<PushReceipt> {
  const before = request.idempotency && (await findReplay(db.prisma, request.idempotency));
  if (!before) return refusePush(db.prisma, request);
  if (before.bodyHash !== request.idempotency?.bodyHash) {
    throw new RequestError(409, 'idempotency_key_reused', 'This Idempotency-Key was already used with another body.');
  }
  return { pushId: before.pushId, taskId: before.taskId, replayed: true };
}

async function refusePush(tx: Db['prisma'], { sourceName: name, onlySourceId = null }: PushRequest): Promise<never> {
  const source = await findSourceToSync(tx, name);
  if (onlySourceId !== null && source?.id !== onlySourceId) {
    throw new RequestError(403, 'forbidden', 'This key is limited to another source.');
  }
  if (source === null) throw new RequestError(404, 'source_not_found', `There is no source "${name}".`);
  if (source.type !== 'push') {
    throw new RequestError(
      422,
      'not_a_push_source',
      `Source "${name}" is of type ${source.type}, which accepts no pushes.`,
    );
  }
  throw (
    refuseSource(name, source.state, 'push') ??
    new RequestError(409, 'source_disabled', `Source "${name}" changed just now: push again.`)
  );
}

function writeRecordLog(
  { recordLog }: AcceptPushDeps,
  given: { request: PushRequest; push: InsertedPush; records: readonly unknown[] },
): Promise<void> {
  const { request, push, records } = given;
  const { taskId, batch, redact } = push;
  return recordLog.write({ taskId, batch, source: request.sourceName, kind: request.kind, records, redact });
}

/** The request for which an idempotency key was used first. */
async function findReplay(
  tx: Tx,
  given: { readonly owner: string; readonly key: string },
): Promise<{ readonly pushId: string; readonly taskId: string; readonly bodyHash: string } | null> {
  const rows = await tx.$queryRaw<{ pushId: string; taskId: string; bodyHash: string }[]>`
    SELECT k.push_id AS "pushId", k.body_hash AS "bodyHash", COALESCE(p.task_id, queued.id) AS "taskId"
    FROM idempotency_keys k
    JOIN pushes p ON p.id = k.push_id
    LEFT JOIN LATERAL (
      SELECT t.id FROM sync_tasks t
      WHERE t.source_id = p.source_id AND t.mode = 'delta' AND NOT t.dry_run
      ORDER BY (t.status = 'queued') DESC, t.id DESC LIMIT 1
    ) queued ON true
    WHERE k.owner = ${given.owner} AND k.key = ${given.key}`;
  return rows[0] ?? null;
}
