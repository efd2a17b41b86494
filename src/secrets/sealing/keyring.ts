import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** A sealed value can't be read: it was moved or changed, or its key is not there. */
export class SecretOpenError extends Error {
  override readonly name: string = 'SecretOpenError';
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals with AES-256-GCM under a fresh IV.
 * @param key 32 bytes
 * @param place where the value belongs; it opens nowhere else.
 * @returns base64
 */
export function seal(plain: Buffer, key: Buffer, place: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place, 'utf8'));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/**
 * Opens what `seal` made.
 * @throws SecretOpenError when it was changed, was sealed for another place, or is not a sealed value.
 */
export function unseal(sealed: string, key: Buffer, place: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(place, 'utf8'))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SecretOpenError('A stored secret was changed, or copied from another place.', { cause });
  }
}

/** A key of the operator: `id` stands beside what it sealed, so that keys can be exchanged; `key` is 32 bytes. */
export interface SecretKey {
  readonly id: string;
  readonly key: Buffer;
}

/** The operator's keys: they seal the keys that seal secrets. */
export interface Keyring {
  /** Of the key that seals. */
  readonly newestId: string;
  has(id: string): boolean;
  /** @returns `<key id>:<base64>`; `place` says where the value belongs, it opens nowhere else. */
  seal(plain: Buffer, place: string): string;
  /** @throws UnknownKeyError when the key isn't on the ring, SecretOpenError when the value was changed or moved. */
  open(sealed: string, place: string): Buffer;
}

/** Something is sealed with a key that this process was not given. */
export class UnknownKeyError extends SecretOpenError {
  override readonly name = 'UnknownKeyError';
  constructor(readonly keyId: string) {
    super(`A secret is sealed with the key "${keyId}", which this process does not have.`);
  }
}

/** Makes a ring: the first key seals, all open. */
export function createKeyring(keys: readonly SecretKey[]): Keyring {
  const [newest] = keys;
  if (!newest) throw new Error('No key to seal secrets with.');
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    newestId: newest.id,
    has: (id) => byId.has(id),
    seal: (plain, place) => `${newest.id}:${seal(plain, newest.key, place)}`,
    open(sealed, place) {
      const [id, body, ...rest] = sealed.split(':');
      if (!id || !body || rest.length > 0) throw new SecretOpenError('A secret is not sealed.');
      const key = byId.get(id);
      if (!key) throw new UnknownKeyError(id);
      return unseal(body, key, place);
    },
  };
}

const KEY = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/;
/** Readable by everyone on this machine. */
const WORLD_READABLE = 0o004;

/**
 * Reads sealing keys: `id:base64(32 bytes)`, separated by commas or line ends; the first seals.
 * @throws Error saying what is wanted, never a value.
 */
export function readSealingKeys(text: string): readonly SecretKey[] {
  const parts = text.split(/[,\r\n]/).map((part) => part.trim());
  const keys = parts.filter((part) => part !== '').map(readKey);
  if (keys.length === 0) throw new Error('must have at least one id:base64(32 bytes)');
  const [twice] = keys.filter(({ id }, at) => keys.findIndex((key) => key.id === id) !== at);
  if (twice) throw new Error(`has two keys with the id "${twice.id}"`);
  return keys;
}

/**
 * Reads sealing keys out of a file that not everyone may read.
 * @throws Error saying what to change, never a value.
 */
export function readSealingKeysFile(path: string): readonly SecretKey[] {
  let text: string;
  try {
    // Windows has no such bits.
    if (process.platform !== 'win32' && (statSync(path).mode & WORLD_READABLE) !== 0)
      throw new Error('names a file that every user can read: set its mode to 600 or 640');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(`names a file that cannot be read (${code})`, { cause: error });
  }
  return readSealingKeys(text);
}

function readKey(text: string): SecretKey {
  const [, id, key] = KEY.exec(text) ?? [];
  if (id === undefined || key === undefined)
    throw new Error('must be id:base64 of 32 bytes, e.g. from `openssl rand -base64 32`');
  return { id, key: Buffer.from(key, 'base64') };
}
