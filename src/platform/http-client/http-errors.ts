import {
  SourceAuthError,
  SourceConfigError,
  SourceRateLimitedError,
  SourceUnavailableError,
  SyncError,
} from '../../domain/errors.js';
import { readRetryAfter } from './read-retry-after.js';

/** A server that says "slow down" without a time gets this long. */
const DEFAULT_WAIT_MS = 30_000;

/** The error for a status that is no success. */
export function statusError(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  { host }: URL,
): SyncError {
  const waitMs = readRetryAfter(headers['retry-after'], Date.now());
  if (status === 429 || (status === 503 && waitMs !== null))
    return new SourceRateLimitedError(waitMs ?? DEFAULT_WAIT_MS);
  if (status >= 500) return new SourceUnavailableError(`${host} answers ${status}.`);
  if (status === 401 || status === 403) {
    return new SourceAuthError(`${host} answers ${status}: check the credential and what it may read.`);
  }
  return new SourceConfigError(`${host} answers ${status}: check the address.`);
}

/** The error for a connection that failed: the caller's own reason, a deadline, a certificate or the network. */
export function connectionError(
  cause: unknown,
  asked: { readonly url: string; readonly signal: AbortSignal; readonly timeoutMs: number },
  deadline: AbortSignal,
): Error {
  if (asked.signal.aborted) return asked.signal.reason as Error;
  if (cause instanceof SyncError) return cause;
  const host = URL.canParse(asked.url) ? new URL(asked.url).host : 'The source';
  if (deadline.aborted) return new SourceUnavailableError(`${host} took more than ${asked.timeoutMs} ms.`, { cause });
  const code = codeOf(cause);
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/.test(code)) {
    return new SourceConfigError(`The certificate of ${host} is not trusted (${code}).`, { cause });
  }
  return new SourceUnavailableError(`${host} can't be reached (${code}).`, { cause });
}

function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? code : 'no code';
}
