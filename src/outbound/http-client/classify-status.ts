import { SourceAuthError, SourceConfigError } from '../../domain/errors.js';
import type { AnswerVerdict, JsonAnswer } from './json-call.js';

/** A server that says "slow down" without a time gets this long. */
const DEFAULT_WAIT_MS = 30_000;

/** What a status asks for. */
type StatusMeaning =
  | { readonly is: 'ok' }
  | { readonly is: 'rate_limited'; readonly afterMs: number }
  /** The same call may work later. */
  | { readonly is: 'passing' }
  /** The credential is refused, or lacks a right. */
  | { readonly is: 'auth' }
  /** The same call fails again: the address or the options are wrong. */
  | { readonly is: 'wrong' };

/**
 * Asking again may help: the request came too slowly or too early (RFC 9110, 15.5.9; RFC 8470, 5.2), the result is not
 * made yet (202; RFC 9110, 15.3.3), or parts of it failed (207; RFC 4918, 11.1).
 */
const PASSING = new Set([202, 207, 408, 425]);
/** Successes that are an answer to something else: a part of a listing by WebDAV, a difference that was asked for. */
const OTHER = new Set([208, 226]);

/**
 * What the status of an answer means (RFC 9110, 15). 429 asks to wait, and so do 503 and 403 with a Retry-After: some
 * APIs answer 403 to too many calls.
 */
export function classifyStatus(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): StatusMeaning {
  const waitMs = readRetryAfter(headers['retry-after'], nowMs);
  if (status === 429 || ((status === 503 || status === 403) && waitMs !== null)) {
    return { is: 'rate_limited', afterMs: waitMs ?? DEFAULT_WAIT_MS };
  }
  if (status >= 500 || PASSING.has(status)) return { is: 'passing' };
  if (status === 401 || status === 403) return { is: 'auth' };
  return { is: isSuccess(status) ? 'ok' : 'wrong' };
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300 && !OTHER.has(status);

/** For messages: why an answer that calls itself a success is none here. */
export function notTheResult(status: number): string {
  if (status === 202) return ', so the result is not ready';
  return status === 207 ? ', so parts of the result failed' : '';
}

/**
 * What an answer means by its HTTP status alone. A success without JSON is a passing trouble: a proxy, a login page or
 * a restart answers in place of the system, and the same call may work a moment later.
 */
export function statusVerdict({ api, status, headers, body, unreadable }: JsonAnswer, nowMs: number): AnswerVerdict {
  const meaning = classifyStatus(status, headers, nowMs);
  switch (meaning.is) {
    case 'rate_limited':
      return meaning;
    case 'passing':
      return { is: 'busy', message: `${api} answers ${status}${notTheResult(status)}.` };
    case 'auth':
      return failed(new SourceAuthError(`${api} answers ${status}: check the credential and its permissions.`));
    case 'wrong':
      return failed(new SourceConfigError(`${api} answers ${status}: check the address.`));
    case 'ok':
      if (body !== undefined) return { is: 'ok' };
      return {
        is: 'busy',
        message: `${api} answers ${status} with ${unreadable ?? 'no JSON'}: check the address if this error stays.`,
      };
    default:
      return meaning satisfies never;
  }
}

const failed = (error: Error): AnswerVerdict => ({ is: 'failed', error });

const MAX_WAIT_MS = 24 * 3_600_000;

/**
 * Reads a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3).
 * @returns milliseconds to wait, 0 to a day; null when there is none that can be read
 */
export function readRetryAfter(value: string | string[] | undefined, nowMs: number): number | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), MAX_WAIT_MS);
}
