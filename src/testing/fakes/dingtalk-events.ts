import { randomBytes } from 'node:crypto';
import { sealMessage, signMessage } from '../../outbound/callbacks/sealed-message.js';
import type { HookRequest } from '../../sources/source-adapter.js';
import { DINGTALK_APP } from './fake-dingtalk.js';

/** How the fake's event subscription is set up. */
export const DINGTALK_EVENTS = {
  callbackToken: 'fakeToken',
  callbackAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
} as const;

/** An event as DingTalk posts it: sealed for the app, signed with the token, milliseconds in the query. */
export function dingtalkEventCall(event: Readonly<Record<string, unknown>>, nowMs: number): HookRequest {
  const { callbackToken: token, callbackAesKey } = DINGTALK_EVENTS;
  const message = JSON.stringify({ CorpId: 'dingfakecorp', TimeStamp: String(nowMs), ...event });
  const sealed = sealMessage(callbackAesKey, { message, receiver: DINGTALK_APP.appKey });
  const timestamp = String(nowMs);
  const nonce = randomBytes(4).toString('hex');
  const signature = signMessage({ token, timestamp, nonce, sealed });
  return {
    method: 'POST',
    query: { msg_signature: signature, signature, timestamp, nonce },
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ encrypt: sealed })),
  };
}
