import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import type { HookRequest } from '../../sources/source-adapter.js';

/** How the fake's event subscription is set up. */
export const FEISHU_EVENTS = { encryptKey: 'fake-encrypt-key', verificationToken: 'fake-verification-token' } as const;

/** What an event says. */
export interface FeishuEvent {
  readonly type: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** Only what changed. */
  readonly oldObject?: Readonly<Record<string, unknown>>;
}

/** An event as Feishu posts it (schema 2.0), sealed and signed. */
export function feishuEventCall({ type, object, oldObject = {} }: FeishuEvent, nowMs: number): HookRequest {
  const header = {
    event_id: randomUUID().replaceAll('-', ''),
    event_type: type,
    create_time: String(nowMs),
    token: FEISHU_EVENTS.verificationToken,
    app_id: 'cli_fake00000001',
    tenant_key: 'fake-tenant',
  };
  return feishuCall({ schema: '2.0', header, event: { object, old_object: oldObject } }, nowMs);
}

/** Anything posted by Feishu: `{ encrypt }` over the JSON text, signed with the Encrypt Key. */
export function feishuCall(content: object, nowMs: number, encryptKey: string = FEISHU_EVENTS.encryptKey): HookRequest {
  const body = JSON.stringify({ encrypt: seal(JSON.stringify(content), encryptKey) });
  const timestamp = String(Math.floor(nowMs / 1_000));
  const nonce = randomBytes(5).toString('hex');
  const signature = createHash('sha256').update(`${timestamp}${nonce}${encryptKey}${body}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': signature,
  };
  return { method: 'POST', query: {}, headers, body: Buffer.from(body) };
}

/** AES-256-CBC under the key's SHA-256, the vector in front (document "encrypt key"). */
function seal(text: string, encryptKey: string): string {
  const vector = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), vector);
  return Buffer.concat([vector, cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
}
