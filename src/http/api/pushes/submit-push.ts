import { createHash } from 'node:crypto';
import { RequestError } from '../../../domain/errors.js';
import { acceptPush, type PushReceipt } from '../../../tasks/inbox/accept-push.store.js';
import { startLongWork } from '../../../platform/long-work.js';
import type { Principal } from '../../../access/accounts/principal.js';
import type { BodyShare } from '../../core/body-budget.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { MAX_RECORDS } from '../../core/read-records.js';
import { tooManyRecords } from '../../core/scan-json.js';

/** Records on their way into the inbox. */
export interface Submission {
  readonly source: { readonly name: string; readonly matchKeys: readonly string[] };
  readonly kind: string;
  readonly matchKey: string | null;
  /** Emptied once they are stored: the caller may wait a minute for the result, and memory is not held meanwhile. */
  readonly records: unknown[];
  readonly principal: Principal;
  readonly requestedBy: string;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  /** Released with the records. */
  readonly bodyShare: BodyShare;
}

/** Largest body of a push request, in bytes. */
export const MAX_PUSH_BYTES = 10 * 1_048_576;

/**
 * Hands records to the durable inbox.
 * @throws RequestError `too_many_records`, `unknown_kind`, `invalid_request`, `match_key_not_allowed`, and those of
 *   `acceptPush`.
 */
export async function submitPush(deps: HttpDeps, submission: Submission): Promise<PushReceipt> {
  const { source, kind, matchKey, records, principal, requestedBy, idempotencyKey, bodyShare } = submission;
  if (records.length > MAX_RECORDS) throw tooManyRecords(MAX_RECORDS);
  refuseUnknownKind(deps, submission);
  refuseMatchKey(submission);
  const sourceName = source.name;
  const idempotency =
    idempotencyKey === undefined
      ? null
      : {
          owner: principal.id,
          key: checkedKey(idempotencyKey),
          bodyHash: await hashOf({ sourceName, kind, matchKey, records }),
        };
  const onlySourceId = principal.sourceId;
  const request = { sourceName, onlySourceId, kind, matchKey, records, requestedBy, idempotency };
  const receipt = await acceptPush(deps, request);
  records.length = 0;
  bodyShare.release();
  return receipt;
}

function refuseUnknownKind({ targets }: HttpDeps, { kind, matchKey }: Submission): void {
  const target = targets.ofKind(kind);
  if (!target)
    throw new RequestError(
      422,
      'unknown_kind',
      `There is no kind "${kind}". Use one of ${targets.kinds().join(', ')}.`,
    );
  if (matchKey === null || target.matchKeys.includes(matchKey)) return;
  const known =
    target.matchKeys.length > 0
      ? `must be one of ${target.matchKeys.join(', ')}`
      : 'must be null: this kind has no match keys';
  throw invalid([{ path: 'matchKey', message: known }]);
}

/** A match key links people of other sources: a key narrowed to its source does not choose which one. */
function refuseMatchKey({ source: { name, matchKeys }, matchKey, principal }: Submission): void {
  if (matchKey === null || principal.sourceId === null || matchKeys.includes(matchKey)) return;
  const allowed = matchKeys.length > 0 ? matchKeys.map((key) => `"${key}"`).join(', ') : 'none';
  throw new RequestError(
    422,
    'match_key_not_allowed',
    `Source "${name}" does not match people by "${matchKey}", and this key is narrowed to it. Leave matchKey out, or have an ` +
      "admin add it to the source's matchKeys, with a key that is not narrowed.",
    [{ path: 'matchKey', message: `must be a match key of the source (${allowed})` }],
  );
}

function invalid(errors: readonly { path: string; message: string }[]): RequestError {
  return new RequestError(422, 'invalid_request', 'The push is not valid; nothing of it was stored.', errors);
}

function checkedKey(key: string): string {
  if (key.length > 0 && key.length <= 255 && /^[\x20-\x7e]+$/.test(key)) return key;
  throw new RequestError(400, 'invalid_request', 'The Idempotency-Key is not valid.', [
    { path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' },
  ]);
}

type Meaning = Pick<Submission, 'kind' | 'matchKey' | 'records'> & { readonly sourceName: string };

/** The meaning of the request, not its spelling: white space and `?wait=` make no other push. Made in stretches. */
async function hashOf(meaning: Meaning): Promise<string> {
  const { records, ...about } = meaning;
  const work = startLongWork();
  const hash = createHash('sha256').update(`${JSON.stringify(about).slice(0, -1)},"records":[`);
  for (const [at, record] of records.entries()) {
    hash.update(at === 0 ? '' : ',').update(JSON.stringify(record));
    if (work.isDue()) await work.rest();
  }
  return hash.update(']}').digest('hex');
}
