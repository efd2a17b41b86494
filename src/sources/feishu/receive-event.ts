import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../outbound/http-client/parse-json.js';
import { SourceConfigError } from '../../domain/errors.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { Hint, HookAnswer, HookRequest } from '../source-adapter.js';
import { type FeishuConfig, identityOf } from './feishu-config.js';
import { decodeBytes } from '../../platform/text/strict-decoder.js';

/**
 * The largest difference between the time of an event and now. A replayed event would only cause another read, and
 * Feishu repeats an unanswered event for hours.
 */
const REPLAY_WINDOW_MS = 8 * 3_600_000;

const envelope = z.object({ encrypt: z.string().min(1) });

const challenge = z.object({ type: z.literal('url_verification'), challenge: z.string(), token: z.string().nullish() });

const event = z.object({
  schema: z.literal('2.0'),
  header: z.looseObject({ event_type: z.string(), token: z.string().nullish() }),
  event: z.looseObject({ object: z.looseObject({}).nullish() }).nullish(),
});

type Event = z.infer<typeof event>;

/**
 * Receives an event that Feishu posts (event subscription 2.0): signed and encrypted with the Encrypt Key.
 * @throws SourceConfigError if the source has no Encrypt Key: the sender of an unsigned event is unknown
 */
export function receiveEvent(request: HookRequest, config: FeishuConfig, nowMs: number): HookAnswer {
  const { encryptKey, verificationToken } = config;
  if (encryptKey === undefined) {
    throw new SourceConfigError('Callbacks need the option encryptKey, as set under Events & Callbacks of the app.');
  }
  const plain = request.method === 'POST' ? decryptBody(request.body, encryptKey) : null;
  if (plain === null) return { accepted: false, code: 'unreadable' };
  const fits = (token: string | null | undefined) => verificationToken === undefined || token === verificationToken;
  const trial = challenge.safeParse(plain);
  // The test of the address is encrypted like an event, which proves the key; nothing is stored.
  if (trial.success) {
    if (!fits(trial.data.token)) return { accepted: false, code: 'bad_signature' };
    return accept([], { challenge: trial.data.challenge });
  }
  if (!isSigned(request, encryptKey)) return { accepted: false, code: 'bad_signature' };
  if (!isRecent(request, nowMs)) return { accepted: false, code: 'stale' };
  const parsed = event.safeParse(plain);
  if (!parsed.success) return { accepted: false, code: 'unreadable' };
  if (!fits(parsed.data.header.token)) return { accepted: false, code: 'bad_signature' };
  return { ...accept(hintsOf(parsed.data, config), {}), needsFull: needsFull(parsed.data) };
}

function accept(hints: readonly Hint[], body: object) {
  const reply = { status: 200, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) } as const;
  return { accepted: true, hints, reply } as const;
}

/** Only the ids of changed objects are taken from an event: it may be late, duplicate or out of order. */
function hintsOf({ header, event: payload }: Event, config: FeishuConfig): readonly Hint[] {
  const object = payload?.object ?? {};
  const kind = /^contact\.(user|department)\./.exec(header.event_type)?.[1];
  if (kind === 'user') return hint(USER, object[identityOf(config)]);
  return kind === 'department' ? hint(DEPARTMENT, object['open_department_id']) : [];
}

function hint(kind: Hint['kind'], externalId: unknown): readonly Hint[] {
  return typeof externalId === 'string' && externalId !== '' ? [{ kind, externalId }] : [];
}

/** Events that concern all people: the scope of the app or the custom fields changed. */
function needsFull({ header }: Event): boolean {
  return /^contact\.(scope|custom_attr_event)\.updated/.test(header.event_type);
}

/** SHA-256 over time, nonce, key and the body as received (document "encrypt key"). */
function isSigned({ headers, body }: HookRequest, key: string): boolean {
  const stamp = `${headers['x-lark-request-timestamp'] ?? ''}${headers['x-lark-request-nonce'] ?? ''}${key}`;
  const expected = createHash('sha256').update(stamp).update(body).digest('hex');
  const given = headers['x-lark-signature'] ?? '';
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

/** The header contains seconds; some deployments send milliseconds. */
function isRecent({ headers }: HookRequest, nowMs: number): boolean {
  const given = Number(headers['x-lark-request-timestamp']);
  const atMs = given > 1e11 ? given : given * 1_000;
  return Math.abs(nowMs - atMs) <= REPLAY_WINDOW_MS;
}

/** null = not encrypted with this key. */
function decryptBody(body: Buffer, key: string): unknown {
  try {
    const { encrypt } = envelope.parse(parseJson(decodeBytes(body)));
    const bytes = Buffer.from(encrypt, 'base64');
    const hashed = createHash('sha256').update(key).digest();
    const decipher = createDecipheriv('aes-256-cbc', hashed, bytes.subarray(0, 16));
    const opened = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
    return parseJson(decodeBytes(opened));
  } catch {
    return null;
  }
}
