import { z } from 'zod';
import { SourceAuthError, SourceReadError } from '../../domain/errors.js';
import type { AnswerVerdict, JsonAnswer } from '../../platform/http-client/json-call.js';
import { WecomNotFoundError, WecomRightError } from './wecom-errors.js';

const envelope = z.looseObject({ errcode: z.number().int(), errmsg: z.string().default('') });

const BLOCKED_MS = 60_000;
const CROWDED_MS = 1_000;

/** What WeCom's answers mean: always status 200, decided by `errcode`, never by `errmsg` (path/90313, path/90455). */
export function judgeAnswer(answer: JsonAnswer): AnswerVerdict | null {
  const parsed = envelope.safeParse(answer.body);
  if (!parsed.success)
    return answer.status === 200 ? failed(new SourceReadError(`${answer.api} answers without errcode.`)) : null;
  const { errcode, errmsg } = parsed.data;
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

const failed = (error: Error): AnswerVerdict => ({ is: 'failed', error });

const BAD_CREDENTIAL = new Set([40001, 40013, 40091, 48004, 301002]);
const NOT_THERE = new Set([40003, 60003, 60111, 60123]);

function errorOf(api: string, errcode: number, errmsg: string): Error {
  const said = `${api}: ${errcode} ${errmsg}`;
  if (NOT_THERE.has(errcode)) return new WecomNotFoundError(`WeCom does not know what was asked for (${said}).`);
  if (errcode === 60020) return new SourceAuthError(`${ipHint(errmsg)} (${said})`);
  if (errcode === 48002) return new WecomRightError(`This secret may not call ${api}: ${rightHint(api)} (${said})`);
  if (errcode === 60011) {
    return new WecomRightError(
      `No right to this member or department: widen the app's visible range, or ${rightHint(api)} (${said})`,
    );
  }
  if (BAD_CREDENTIAL.has(errcode)) {
    return new SourceAuthError(`WeCom refuses the credential: check corp ID and secret (${said}).`);
  }
  return new SourceReadError(`WeCom answers an error (${said}).`);
}

/** The caller's address stands in the text of the error: that is what must be allowed. */
function ipHint(errmsg: string): string {
  const ip = /from ip:?\s*([0-9a-f.:]*[0-9a-f])/i.exec(errmsg)?.[1];
  const what = ip === undefined ? "this server's public IP" : `the IP ${ip}`;
  return `Add ${what} to the trusted IPs of the app (企业可信IP).`;
}

/** Two APIs belong to contacts sync alone; the others have been closed to it for new IPs since 2022-08-15. */
function rightHint(api: string): string {
  return api === 'user/list_id'
    ? 'it needs the secret of contacts sync (通讯录同步).'
    : 'give the secret of a self-built app; contacts sync gives ids only to IPs added since 2022-08-15.';
}
