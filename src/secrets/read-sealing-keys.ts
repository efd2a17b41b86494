import { readFileSync, statSync } from 'node:fs';
import type { SecretKey } from './sealing/keyring.js';

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
