import { SourceAuthError, SourceReadError } from '../../domain/errors.js';
import { looseInteger } from '../../domain/loose-shapes.js';
import { firstCharacters } from '../../domain/text.js';
import type { AnswerVerdict, JsonAnswer } from '../../outbound/http-client/json-call.js';

/** The call that returns the token. If its answer is not valid, the address may be wrong. */
export const TOKEN_API = 'token';
/** Calls of the new host. Their successful answers have no code. */
const NEW_APIS = new Set([TOKEN_API, 'empLeaveRecords', 'gateway/connections/open']);

/** All calls of the app share one limit, so a pause applies to all of them. */
export const SHARED_LIMIT = 'all';

const BUSY = -1;
/** With this code, the real code is in `sub_code`. */
const WRAPPED = 88;
const TOKEN_CODES = new Set([40014, 42001, 41001]);
const APP_CODES = new Set([40001, 40089, 40013, 43007]);
const MISSING_RIGHT = 60011;
const IP_REFUSED = 60020;
/** Limits by app, by API, by company, by app and company (error code tables; 90019 for third-party apps). */
const THROTTLED = new Set([90002, 90005, 90006, 90013, 90014, 90018, 90019]);
const THROTTLED_WAIT_MS = 1_000;
/** The gateway blocks an address for five minutes after 10,000 calls in 20 s. */
const SHUT_OUT_WAIT_MS = 5 * 60_000;

/**
 * Classifies an answer of DingTalk. The old host answers 200 with `errcode`, often 88 with the real code in `sub_code`;
 * the new host answers an HTTP error with a word in `code`; the gateway in front of both answers `{ punish: "deny" }`.
 */
export function classifyAnswer(answer: JsonAnswer): AnswerVerdict | null {
  const { body, api, status } = answer;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return classifyGarbled(answer);
  const said = body as Readonly<Record<string, unknown>>;
  if (said['punish'] === 'deny') return { is: 'rate_limited', afterMs: SHUT_OUT_WAIT_MS, key: SHARED_LIMIT };
  const errcode = looseInteger.safeParse(said['errcode']);
  if (errcode.success) return judgeOld(api, errcode.data, said);
  if (typeof said['code'] === 'string') return judgeNew(api, status, said);
  return NEW_APIS.has(api) ? null : classifyGarbled(answer);
}

/**
 * An answer without a code (cut off, empty, a page of a proxy) is no evidence of wrong options, so the call is
 * repeated. Other statuses are clear without a code.
 */
function classifyGarbled({ api, status }: JsonAnswer): AnswerVerdict | null {
  const isRefusal = (status === 401 || status === 403) && api !== TOKEN_API;
  if (status >= 300 && !isRefusal) return null;
  const message = `${api} answers ${status} without a code. If this error stays, check the addresses (baseUrl, newBaseUrl).`;
  return api === TOKEN_API ? { is: 'failed', error: new SourceReadError(message) } : { is: 'busy', message };
}

type Said = Readonly<Record<string, unknown>>;

function judgeOld(api: string, outer: number, said: Said): AnswerVerdict {
  const inner = Number(said['sub_code']);
  const code = outer === WRAPPED && Number.isInteger(inner) ? inner : outer;
  const text = textOf(said['sub_msg']) || textOf(said['errmsg']);
  if (code === 0) return { is: 'ok' };
  if (TOKEN_CODES.has(code)) return { is: 'token_expired' };
  if (code === BUSY) return { is: 'busy', message: `${api} is busy (${text}).` };
  if (THROTTLED.has(code)) return { is: 'rate_limited', afterMs: THROTTLED_WAIT_MS, key: SHARED_LIMIT };
  return { is: 'failed', error: errorOf(api, code, text) };
}

function judgeNew(api: string, status: number, said: Said): AnswerVerdict | null {
  const code = textOf(said['code']);
  const text = textOf(said['message']);
  if (status < 300 || status >= 500) return null;
  if (/^Throttling/i.test(code) || status === 429) {
    return { is: 'rate_limited', afterMs: THROTTLED_WAIT_MS, key: SHARED_LIMIT };
  }
  if (code === 'InvalidAuthentication') return { is: 'token_expired' };
  if (/^(invalidClient|authFailed)/i.test(code)) return { is: 'failed', error: refusedApp(`${code}: ${text}`) };
  if (/AccessDenied|Forbidden/i.test(code)) return { is: 'failed', error: missingRight(api, text) };
  return { is: 'failed', error: new DingtalkApiError(status, `${api} answers ${code}: ${text}.`) };
}

function errorOf(api: string, code: number, text: string): Error {
  if (code === MISSING_RIGHT) return missingRight(api, text);
  if (code === IP_REFUSED) {
    return new SourceAuthError(
      `DingTalk refuses the address of this server: add it to the app's server egress IPs (${text}).`,
    );
  }
  if (APP_CODES.has(code)) return refusedApp(`code ${code}: ${text}`);
  return new DingtalkApiError(code, `${api} answers code ${code}: ${text}.`);
}

const refusedApp = (said: string) => new SourceAuthError(`The app key or the app secret is refused (${said}).`);

/** The message names the permission in brackets, e.g. `[qyapi_get_department_list]`. */
function missingRight(api: string, text: string): SourceAuthError {
  const named = /[[［]([\w.,\s]+)[\]］]/.exec(text)?.[1]?.trim();
  return new SourceAuthError(
    `${api} needs the permission ${named ?? `that DingTalk describes as: ${text}`}: add it under Permissions of the app.`,
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? firstCharacters(value, 500) : '');

/** DingTalk answered with an error code that the caller can handle; otherwise the read fails with this error. */
export class DingtalkApiError extends SourceReadError {
  constructor(
    readonly apiCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The answer about one object has another form than the documentation describes. */
export class DingtalkShapeError extends SourceReadError {}

/** The department does not exist. */
export const NO_SUCH_DEPARTMENT = 60003;
/** The department is outside the scope of the app. */
export const DEPARTMENT_OUT_OF_SCOPE = 50004;
/** The person does not exist. */
export const NO_SUCH_USER = 60121;
/** An invalid userid: no person has it (33012, global error codes). */
export const INVALID_USER_ID = 33012;
/** The person is outside the scope of the app. */
export const USER_OUT_OF_SCOPE = 50002;

/** Whether the API answered with one of these codes. */
export function isApiError(error: unknown, ...codes: readonly number[]): error is DingtalkApiError {
  return error instanceof DingtalkApiError && codes.includes(error.apiCode);
}
