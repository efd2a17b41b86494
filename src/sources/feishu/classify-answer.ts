import { SourceAuthError, SourceReadError } from '../../domain/errors.js';
import { looseInteger } from '../../domain/loose-shapes.js';
import { firstCharacters } from '../../domain/text.js';
import type { AnswerVerdict, JsonAnswer } from '../../outbound/http-client/json-call.js';

/** Token missing, invalid or expired (open.feishu.cn, "generic error codes"). */
const TOKEN_CODES = new Set([99991661, 99991663, 99991664, 99991671, 99991677]);
/** The app ID or the secret is refused when a token is requested. */
const APP_CODES = new Set([10003, 10012, 10013, 10014, 10015]);
/** "internal error" (contact-v3/department/get). */
const INTERNAL = 40003;
const THROTTLED = 99991400;
const IP_REFUSED = 99991401;
const MISSING_RIGHT = new Set([99991672, 99991679]);

const DEFAULT_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_600_000;

interface FeishuBody {
  readonly code: number;
  readonly msg?: unknown;
  readonly error?: { readonly permission_violations?: unknown } | null;
}

/**
 * Classifies an answer of Feishu: by the code in the answer, whatever the HTTP status; without a code, by the status.
 */
export function classifyAnswer(answer: JsonAnswer): AnswerVerdict | null {
  const { body, api, status } = answer;
  const code = codeOf(body);
  if (code === null) return classifyGarbled(answer);
  if (code === 0) return status < 300 ? { is: 'ok' } : null;
  if (TOKEN_CODES.has(code)) return { is: 'token_expired' };
  if (code === THROTTLED) return { is: 'rate_limited', afterMs: waitMsOf(answer) };
  if (status >= 500 || code === INTERNAL) return { is: 'busy', message: `${api} answers ${status} with code ${code}.` };
  return { is: 'failed', error: errorOf({ ...(body as FeishuBody), code }, api) };
}

/** The call that returns the token. If its answer is not valid, the address may be wrong. */
export const TOKEN_API = 'token';

/**
 * An answer without a code (cut off, empty, a page of a proxy) is no evidence of wrong options, so the call is
 * repeated. Other statuses are clear without a code.
 */
function classifyGarbled({ api, status }: JsonAnswer): AnswerVerdict | null {
  const isRefusal = (status === 401 || status === 403) && api !== TOKEN_API;
  if (status >= 300 && !isRefusal) return null;
  const message = `${api} answers ${status} without a code. If this error stays, check platform and baseUrl.`;
  return api === TOKEN_API ? { is: 'failed', error: new SourceReadError(message) } : { is: 'busy', message };
}

function errorOf(body: FeishuBody, api: string): Error {
  const { code } = body;
  const said = `code ${code}: ${textOf(body.msg)}`;
  if (MISSING_RIGHT.has(code)) {
    const rights = rightsOf(body);
    return new SourceAuthError(
      `${api} needs one of the permissions ${rights.join(', ')}: add it under Permissions & Scopes and publish the app.`,
    );
  }
  if (code === IP_REFUSED) {
    return new SourceAuthError(
      `Feishu refuses the address of this server (${said}): add it to the app's IP allow-list.`,
    );
  }
  if (APP_CODES.has(code)) return new SourceAuthError(`The app ID or the app secret is refused (${said}).`);
  return new FeishuApiError(code, `${api} answers ${said}.`);
}

function rightsOf({ error, msg }: FeishuBody): readonly string[] {
  const listed: unknown = error?.permission_violations;
  const named = (Array.isArray(listed) ? (listed as unknown[]) : []).flatMap((one) => {
    const { subject } = (one ?? {}) as { readonly subject?: unknown };
    return typeof subject === 'string' ? [subject] : [];
  });
  if (named.length > 0) return named;
  const inText = textOf(msg).match(/contact:[a-z0-9_.:]+/g);
  return inText ?? ['that the contact API requires'];
}

/** The header contains the seconds until the end of the window (open.feishu.cn, "frequency control"). */
function waitMsOf({ headers }: JsonAnswer): number {
  const seconds = Number(headers['x-ogw-ratelimit-reset']);
  if (!Number.isFinite(seconds) || seconds < 0) return DEFAULT_WAIT_MS;
  return Math.min(Math.max(seconds * 1_000, DEFAULT_WAIT_MS), MAX_WAIT_MS);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? firstCharacters(value, 500) : 'no text');

function codeOf(body: unknown): number | null {
  const parsed = looseInteger.safeParse((body as { readonly code?: unknown } | null | undefined)?.code);
  return parsed.success ? parsed.data : null;
}

/** Feishu answered with an error code that the caller can handle; otherwise the read fails with this error. */
export class FeishuApiError extends SourceReadError {
  constructor(
    readonly apiCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The answer about one object has another form than the documentation describes. */
export class FeishuShapeError extends SourceReadError {}

/** The app may not see this department (contact scope). For `0` it means that the scope is not the whole company. */
export const NO_DEPARTMENT_AUTHORITY = 40004;
/** The department's data is null. */
const DEPARTMENT_INFO_NULL = 40008;
/** "department not exist" (contact-v3/department/get). */
const DEPARTMENT_NOT_EXIST = 40015;
/** The department has too many departments below it for one list. */
export const TOO_BIG_TO_RECURSE = 43010;
/** The app may not see this person, or the person does not exist any more. */
export const NO_USER_AUTHORITY = 41050;
/** The person does not exist. */
export const NO_SUCH_USER = 41012;

/** The department does not exist any more, or the app may not see it. */
export const DEPARTMENT_GONE = [NO_DEPARTMENT_AUTHORITY, DEPARTMENT_INFO_NULL, DEPARTMENT_NOT_EXIST] as const;

/** Whether the API answered with one of these codes. */
export function isApiError(error: unknown, ...codes: readonly number[]): error is FeishuApiError {
  return error instanceof FeishuApiError && codes.includes(error.apiCode);
}
