import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * AES-256-CBC as WeCom and DingTalk use it: the key is 43 characters of base64, its first half is the vector, and the
 * padding goes to 32 bytes, which node's own does not know.
 */
const BLOCK_BYTES = 32;

/** @returns null when it was not encrypted with this key */
export function decryptBytes(aesKey: string, encrypted: Buffer): Buffer | null {
  if (encrypted.length === 0 || encrypted.length % 16 !== 0) return null;
  const { key, vector } = keyOf(aesKey);
  const decipher = createDecipheriv('aes-256-cbc', key, vector).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(encrypted), decipher.final()]);
  const padBytes = padded.at(-1) ?? 0;
  return padBytes < 1 || padBytes > BLOCK_BYTES ? null : padded.subarray(0, padded.length - padBytes);
}

/** Encrypts an answer, or in tests what the other side would send. */
export function encryptBytes(aesKey: string, plain: Buffer): Buffer {
  const { key, vector } = keyOf(aesKey);
  const cipher = createCipheriv('aes-256-cbc', key, vector).setAutoPadding(false);
  const padBytes = BLOCK_BYTES - (plain.length % BLOCK_BYTES);
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padBytes, padBytes)), cipher.final()]);
}

function keyOf(aesKey: string): { readonly key: Buffer; readonly vector: Buffer } {
  const key = Buffer.from(`${aesKey}=`, 'base64');
  return { key, vector: key.subarray(0, 16) };
}
