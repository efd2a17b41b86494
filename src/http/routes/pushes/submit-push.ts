import { createHash } from 'node:crypto';
import { RequestError } from '../../../domain/errors.js';
import { acceptPush, type PushReceipt } from '../../../tasks/accept-push.js';
import type { Principal } from '../../auth/principal.js';
import type { HttpDeps } from '../../http-deps.js';

/** Records on their way into the inbox. */
export interface Submission {
  readonly sourceName: string;
  readonly kind: string;
  readonly matchKey: string | null;
  readonly records: readonly unknown[];
  readonly principal: Principal;
  readonly requestedBy: string;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
}

const MAX_RECORDS = 10_000;
/** Largest body of a push request, in bytes. */
export const MAX_PUSH_BYTES = 10 * 1_048_576;

/**
 * Hands records to the durable inbox.
 * @throws RequestError `too_many_records`, `unknown_kind`, `invalid_request`, and those of `acceptPush`.
 */
export function submitPush(deps: HttpDeps, submission: Submission): Promise<PushReceipt> {
  const { sourceName, kind, matchKey, records, principal, requestedBy, idempotencyKey } = submission;
  if (records.length > MAX_RECORDS)
    throw new RequestError(
      413,
      'too_many_records',
      `At most ${MAX_RECORDS} records a request; these are ${records.length}.`,
    );
  refuseUnknownKind(deps, submission);
  refuseNonObjects(records);
  const idempotency =
    idempotencyKey === undefined
      ? null
      : {
          owner: principal.id,
          key: checkedKey(idempotencyKey),
          bodyHash: hashOf({ sourceName, kind, matchKey, records }),
        };
  const onlySourceId = principal.sourceId;
  return acceptPush(deps, { sourceName, onlySourceId, kind, matchKey, records, requestedBy, idempotency });
}

function refuseUnknownKind({ targets }: HttpDeps, { kind, matchKey }: Submission): void {
  const target = targets.ofKind(kind);
  if (!target)
    throw new RequestError(422, 'unknown_kind', `There is no kind "${kind}"; there are ${targets.kinds().join(', ')}.`);
  if (matchKey === null || target.matchKeys.includes(matchKey)) return;
  const known = target.matchKeys.length > 0 ? `Wants one of ${target.matchKeys.join(', ')}.` : 'This kind has none.';
  throw invalid([{ path: 'matchKey', message: known }]);
}

function refuseNonObjects(records: readonly unknown[]): void {
  const errors = records.flatMap((record, at) =>
    typeof record === 'object' && record !== null && !Array.isArray(record)
      ? []
      : [{ path: `records.${at}`, message: 'Wants an object.' }],
  );
  if (errors.length > 0) throw invalid(errors.slice(0, 100));
}

function invalid(errors: readonly { path: string; message: string }[]): RequestError {
  return new RequestError(422, 'invalid_request', 'The push has mistakes; nothing of it was stored.', errors);
}

function checkedKey(key: string): string {
  if (key.length > 0 && key.length <= 255 && /^[\x20-\x7e]+$/.test(key)) return key;
  throw new RequestError(400, 'invalid_request', 'The Idempotency-Key is not usable.', [
    { path: 'Idempotency-Key', message: 'Wants 1 to 255 printable ASCII characters.' },
  ]);
}

/** The meaning of the request, not its spelling: white space and `?wait=` make no other push. */
function hashOf(meaning: Pick<Submission, 'sourceName' | 'kind' | 'matchKey' | 'records'>): string {
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex');
}
