import { z } from 'zod';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { Hint, HookAnswer, HookRequest } from '../source-adapter.js';
import { randomBytes } from 'node:crypto';
import { parseJson } from '../../outbound/http-client/parse-json.js';
import { SourceConfigError } from '../../domain/errors.js';
import {
  isRecent,
  isSignedBy,
  openMessage,
  sealMessage,
  signMessage,
} from '../../outbound/callbacks/sealed-message.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import { decodeBytes } from '../../platform/text/strict-decoder.js';

const id = z.union([z.string().min(1), z.number().int()]).transform(String);

/** The ids in an event, one or several. Values that are not ids are skipped. */
export const eventIds = z.union([z.array(id), id.transform((one) => [one])]).catch([]);

/** The parts of an event that are used. */
interface NamedThings {
  /** E.g. `user_modify_org`. */
  readonly type: string;
  readonly users?: readonly string[] | undefined;
  readonly departments?: readonly string[] | undefined;
}

/** Only the ids of changed objects are taken from an event: it may be late, duplicate or out of order. */
export function hintsOfEvent({ type, users = [], departments = [] }: NamedThings): readonly Hint[] {
  if (/^user_(add|modify|leave|active)_org$/.test(type)) {
    return users.map((externalId) => ({ kind: USER, externalId }));
  }
  if (/^org_dept_(create|modify|remove)$/.test(type)) {
    return departments.map((externalId) => ({ kind: DEPARTMENT, externalId }));
  }
  return [];
}

/** The largest difference between the time of an event and now. A replayed event would only cause another read. */
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
 * Receives an event that DingTalk posts: signed with the token, encrypted with the AES key for the app. The answer,
 * also to a test of the address, must be the word "success", encrypted in the same way; otherwise DingTalk sends the
 * event again.
 * @throws SourceConfigError if the source lacks token or key: the sender of an unsigned event is unknown
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
  const parsed = event.safeParse(readJson(() => opened.message));
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

/** The names depend on the age of the subscription. */
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
  const parsed = envelope.safeParse(readJson(() => decodeBytes(body)));
  return parsed.success ? parsed.data.encrypt : null;
}

function readJson(textOf: () => string): unknown {
  try {
    return parseJson(textOf());
  } catch {
    return undefined;
  }
}
