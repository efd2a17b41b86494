import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key that seals: `id` stands beside what it sealed, so that keys can be exchanged; `key` is 32 bytes. */
export interface SecretKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Keeps small values unreadable at rest. */
export interface Secrets {
  /** `context` says where the value belongs; it opens nowhere else. */
  seal(text: string, context: string): string;
  /** @throws SecretOpenError when the key is unknown, the text was changed or it belongs elsewhere. */
  open(sealed: string, context: string): string;
}

/** A sealed value can't be read: the key is not configured any more, or somebody moved or changed the value. */
export class SecretOpenError extends Error {
  override readonly name = 'SecretOpenError';
}

/** What a sealed value begins with; told apart from plain text only for display, never to decide whether to open. */
export const SEALED_PREFIX = 'sealed:v1:';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals with AES-256-GCM: the first key seals, all open. */
export function createSecrets(keys: readonly SecretKey[]): Secrets {
  const [first] = keys;
  if (!first) throw new Error('No key to seal secrets with.');
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    seal(text, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${SEALED_PREFIX}${first.id}:${sealed.toString('base64')}`;
    },
    open(sealed, context) {
      const [id, body] = splitSealed(sealed);
      const key = byId.get(id);
      if (!key) throw new SecretOpenError(`A secret was sealed with key "${id}", which SECRET_KEYS does not have.`);
      return decrypt(key, body, context);
    },
  };
}

function splitSealed(sealed: string): [id: string, body: Buffer] {
  const [id, body] = sealed.startsWith(SEALED_PREFIX) ? sealed.slice(SEALED_PREFIX.length).split(':') : [];
  if (id === undefined || body === undefined) throw new SecretOpenError('A secret is not sealed.');
  return [id, Buffer.from(body, 'base64')];
}

function decrypt(key: Buffer, body: Buffer, context: string): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context, 'utf8'))
      .setAuthTag(body.subarray(-TAG_BYTES));
    const text = body.subarray(IV_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SecretOpenError('A secret was changed, or belongs to another source or option.', { cause });
  }
}
