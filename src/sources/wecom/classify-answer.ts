import { z } from 'zod';
import { SourceAuthError, SourceReadError } from '../../domain/errors.js';
import { looseInteger } from '../../domain/loose-shapes.js';
import type { AnswerVerdict, JsonAnswer } from '../../outbound/http-client/json-call.js';

const envelope = z.looseObject({ errcode: looseInteger, errmsg: z.string().nullish() });

/** The call that returns the token. If its answer is not valid, the address may be wrong. */
export const TOKEN_API = 'gettoken';

const BLOCKED_MS = 60_000;
const CROWDED_MS = 1_000;

/**
 * Classifies an answer of WeCom: its status is always 200, and the meaning is in `errcode`, never in `errmsg`
 * (path/90313, path/90455).
 */
export function classifyAnswer(answer: JsonAnswer): AnswerVerdict | null {
  const parsed = envelope.safeParse(answer.body);
  if (!parsed.success) return classifyGarbled(answer);
  const { errcode } = parsed.data;
  const errmsg = parsed.data.errmsg ?? '';
  switch (errcode) {
    case 0:
      return { is: 'ok' };
    case 40014:
    case 41001:
    case 42001:
      return { is: 'token_expired' };
    case 45009:
      return { is: 'rate_limited', afterMs: BLOCKED_MS };
    case 45033:
      return { is: 'rate_limited', afterMs: CROWDED_MS };
    case -1:
    case 6000:
      return { is: 'busy', message: `WeCom is busy (${answer.api}, ${errcode}).` };
    default:
      return failed(errorOf(answer.api, errcode, errmsg));
  }
}

/**
 * An answer without a code (cut off, empty, a page of a proxy) is no evidence of wrong options, so the call is
 * repeated. 429 and 5xx are handled by their status.
 */
function classifyGarbled({ api, status }: JsonAnswer): AnswerVerdict | null {
  if (status === 429 || status >= 500) return null;
  const message = `${api} answers ${status} without an errcode. If this error stays, check the address of WeCom (baseUrl).`;
  return api === TOKEN_API ? failed(new SourceReadError(message)) : { is: 'busy', message };
}

const failed = (error: Error): AnswerVerdict => ({ is: 'failed', error });

const BAD_CREDENTIAL = new Set([40001, 40013, 40091, 48004, 301002]);
/** 48009: the secret of contacts sync, used from an IP that was added since 2022-08-15 (openscrm/api-server#26). */
const NOT_FOR_THIS_SECRET = new Set([48002, 48009]);
const NOT_THERE = new Set([40003, 60003, 60111, 60123]);

function errorOf(api: string, errcode: number, errmsg: string): Error {
  const said = `${api}: ${errcode} ${errmsg}`;
  if (NOT_THERE.has(errcode)) return new WecomNotFoundError(`WeCom does not have the requested object (${said}).`);
  if (errcode === 60020) return new SourceAuthError(`${ipHint(errmsg)} (${said})`);
  if (NOT_FOR_THIS_SECRET.has(errcode)) {
    return new WecomRightError(errcode, `This secret has no permission to call ${api}: ${rightHint(api)} (${said})`);
  }
  if (errcode === OUT_OF_SIGHT) {
    return new WecomRightError(
      errcode,
      `No permission for this member or department: extend the app's visible range, or ${rightHint(api)} (${said})`,
    );
  }
  if (BAD_CREDENTIAL.has(errcode)) {
    return new SourceAuthError(`WeCom refuses the credential: check corp ID and secret (${said}).`);
  }
  return new WecomApiError(`WeCom answers an error (${said}).`);
}

/** The text of the error contains the IP address that must be allowed. */
function ipHint(errmsg: string): string {
  const ip = /from ip:?\s*([0-9a-f.:]*[0-9a-f])/i.exec(errmsg)?.[1];
  const what = ip === undefined ? "this server's public IP" : `the IP ${ip}`;
  return `Add ${what} to the trusted IPs of the app (企业可信IP).`;
}

/** Two APIs accept only the secret of contacts sync; since 2022-08-15, the others refuse it for new IPs. */
function rightHint(api: string): string {
  return api === 'user/list_id'
    ? 'it needs the secret of contacts sync (通讯录同步).'
    : 'use the secret of a self-built app; contacts sync returns only ids to IPs added since 2022-08-15.';
}

/** The credential may not call this API, or not for this member or department. */
export class WecomRightError extends SourceAuthError {
  constructor(
    readonly errcode: number,
    message: string,
  ) {
    super(message);
  }
}

/** WeCom answered with an error code; a read of one object may continue without it. */
export class WecomApiError extends SourceReadError {}

/** The member or department does not exist (any more). */
export class WecomNotFoundError extends WecomApiError {}

/** The answer about one object has another form than the documentation describes. */
export class WecomShapeError extends SourceReadError {}

/** No permission for this member or department: the app may not see it (path/90455). */
export const OUT_OF_SIGHT = 60011;
