import { SourceAuthError } from '../../domain/errors.js';
import type { AnswerVerdict, JsonAnswer } from '../../platform/http-client/json-call.js';
import { FeishuApiError } from './feishu-api-error.js';

/** Token missing, invalid or expired (open.feishu.cn, "generic error codes"). */
const TOKEN_CODES = new Set([99991661, 99991663, 99991664, 99991671, 99991677]);
/** App ID or secret refused when a token is asked for. */
const APP_CODES = new Set([10003, 10012, 10013, 10014, 10015]);
const THROTTLED = 99991400;
const IP_REFUSED = 99991401;
const MISSING_RIGHT = new Set([99991672, 99991679]);

const DEFAULT_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_600_000;

interface FeishuBody {
  readonly code: number;
  readonly msg?: unknown;
  readonly error?: { readonly permission_violations?: readonly { readonly subject?: unknown }[] };
}

/** What an answer of Feishu means: the code inside decides, whatever the HTTP status; without one, the status does. */
export function judgeFeishu(answer: JsonAnswer): AnswerVerdict | null {
  const { body, api, status } = answer;
  if (!hasCode(body)) return null;
  const { code } = body;
  if (code === 0) return status < 300 ? { is: 'ok' } : null;
  if (TOKEN_CODES.has(code)) return { is: 'token_expired' };
  if (code === THROTTLED) return { is: 'rate_limited', afterMs: waitMsOf(answer) };
  if (status >= 500) return { is: 'busy', message: `${api} answers ${status} with code ${code}.` };
  return { is: 'failed', error: errorOf(body, api) };
}

function errorOf(body: FeishuBody, api: string): Error {
  const { code } = body;
  const said = `code ${code}: ${textOf(body.msg)}`;
  if (MISSING_RIGHT.has(code)) {
    const rights = rightsOf(body);
    return new SourceAuthError(
      `${api} needs one of the rights ${rights.join(', ')}: add it under Permissions & Scopes and publish the app.`,
    );
  }
  if (code === IP_REFUSED) {
    return new SourceAuthError(`Feishu refuses our address (${said}): add it to the app's IP allow-list.`);
  }
  if (APP_CODES.has(code)) return new SourceAuthError(`The app ID or the app secret is refused (${said}).`);
  return new FeishuApiError(code, `${api} answers ${said}.`);
}

function rightsOf({ error, msg }: FeishuBody): readonly string[] {
  const named = (error?.permission_violations ?? []).flatMap(({ subject }) =>
    typeof subject === 'string' ? [subject] : [],
  );
  if (named.length > 0) return named;
  const inText = textOf(msg).match(/contact:[a-z0-9_.:]+/g);
  return inText ?? ['that the contact API wants'];
}

/** The header has seconds until the window is over (open.feishu.cn, "frequency control"). */
function waitMsOf({ headers }: JsonAnswer): number {
  const seconds = Number(headers['x-ogw-ratelimit-reset']);
  if (!Number.isFinite(seconds) || seconds < 0) return DEFAULT_WAIT_MS;
  return Math.min(Math.max(seconds * 1_000, DEFAULT_WAIT_MS), MAX_WAIT_MS);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 500) : 'no text');

function hasCode(body: unknown): body is FeishuBody {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'number';
}
