import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { SourceConfigError } from '../../domain/errors.js';
import {
  isRecent,
  isSignedBy,
  openMessage,
  sealMessage,
  signMessage,
} from '../../platform/callbacks/sealed-message.js';
import type { HookAnswer, HookRequest } from '../source-adapter.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import { eventIds, hintsOfEvent } from './hints-of-event.js';

/** How old or how early an event may be; a replayed one would only make us read something again. */
const REPLAY_WINDOW_MS = 3_600_000;

const envelope = z.object({ encrypt: z.string().min(1) });

const event = z.looseObject({
  EventType: z.string().min(1),
  UserId: eventIds.optional(),
  DeptId: eventIds.optional(),
});

interface Sealing {
  readonly token: string;
  readonly aesKey: string;
  readonly owner: string;
}

/**
 * Takes an event as DingTalk posts it: signed with the token, sealed with the AES key for the app. The answer must be
 * the word "success", sealed in the same way, else the event comes again; so it is for the trial of the address.
 * @throws SourceConfigError where the source lacks token or key: an unsigned event could come from anybody
 */
export function receiveEvent(request: HookRequest, config: DingtalkConfig, nowMs: number): HookAnswer {
  const sealing = sealingOf(config);
  const sealed = request.method === 'POST' ? sealedIn(request.body) : null;
  if (sealed === null) return { accepted: false, code: 'unreadable' };
  const { timestamp, nonce, signature } = stampOf(request);
  if (!isSignedBy({ token: sealing.token, timestamp, nonce, sealed }, signature)) {
    return { accepted: false, code: 'bad_signature' };
  }
  if (!isRecent(secondsOf(timestamp), { nowMs, windowMs: REPLAY_WINDOW_MS })) return { accepted: false, code: 'stale' };
  const opened = openMessage(sealing.aesKey, sealed);
  if (opened?.receiver !== sealing.owner) return { accepted: false, code: 'bad_signature' };
  const parsed = event.safeParse(parseJson(opened.message));
  if (!parsed.success) return { accepted: false, code: 'unreadable' };
  const { EventType: type, UserId: users, DeptId: departments } = parsed.data;
  return { accepted: true, hints: hintsOfEvent({ type, users, departments }), reply: replyOf(sealing, nowMs) };
}

function sealingOf({ callbackToken, callbackAesKey, callbackOwner, appKey }: DingtalkConfig): Sealing {
  if (callbackToken === undefined || callbackAesKey === undefined) {
    throw new SourceConfigError('Callbacks need the options callbackToken and callbackAesKey, as set for the app.');
  }
  return { token: callbackToken, aesKey: callbackAesKey, owner: callbackOwner ?? appKey };
}

/** Names vary with the age of the subscription. */
function stampOf({ query }: HookRequest) {
  return {
    timestamp: query['timestamp'] ?? query['timeStamp'] ?? '',
    nonce: query['nonce'] ?? '',
    signature: query['msg_signature'] ?? query['signature'] ?? '',
  };
}

function replyOf({ token, aesKey, owner }: Sealing, nowMs: number): Extract<HookAnswer, { accepted: true }>['reply'] {
  const encrypt = sealMessage(aesKey, { message: 'success', receiver: owner });
  const timestamp = String(nowMs);
  const nonce = randomBytes(8).toString('hex');
  const signature = signMessage({ token, timestamp, nonce, sealed: encrypt });
  const body = JSON.stringify({ msg_signature: signature, timeStamp: timestamp, nonce, encrypt });
  return { status: 200, contentType: 'application/json; charset=utf-8', body };
}

/** DingTalk sends milliseconds. */
const secondsOf = (timestamp: string): string => (/^\d{13}$/.test(timestamp) ? timestamp.slice(0, 10) : timestamp);

function sealedIn(body: Buffer): string | null {
  const parsed = envelope.safeParse(parseJson(body.toString('utf8')));
  return parsed.success ? parsed.data.encrypt : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
