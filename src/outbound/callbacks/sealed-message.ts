import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * The scheme in which WeCom and DingTalk call back: AES over `16 random bytes, length, message, receiver`, signed with
 * SHA-1 over the sorted parts.
 */

/** What the signature covers. */
interface SignedParts {
  readonly token: string;
  readonly timestamp: string;
  readonly nonce: string;
  /** Base64. */
  readonly sealed: string;
}

/** A message and whom it is for: the corp, app or suite id. */
interface OpenedMessage {
  readonly message: string;
  readonly receiver: string;
}

const HEAD_BYTES = 20;

/** The signature of a sealed message, in hex. */
export function signMessage({ token, timestamp, nonce, sealed }: SignedParts): string {
  return createHash('sha1').update([token, timestamp, nonce, sealed].sort().join('')).digest('hex');
}

/** Compares signatures in a time that tells nothing. */
export function isSignedBy(parts: SignedParts, signature: string): boolean {
  const [wanted, given] = [Buffer.from(signMessage(parts)), Buffer.from(signature)];
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/**
 * Opens a sealed message.
 * @param aesKey 43 characters, as the suite's console shows it
 * @returns null when it was not sealed with this key
 */
export function openMessage(aesKey: string, sealed: string): OpenedMessage | null {
  const plain = decryptBytes(aesKey, Buffer.from(sealed, 'base64'));
  return plain && readPlain(plain);
}

/** Seals an answer, or in tests an event. */
export function sealMessage(aesKey: string, { message, receiver }: OpenedMessage): string {
  const text = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([randomBytes(16), length, text, Buffer.from(receiver)]);
  return encryptBytes(aesKey, plain).toString('base64');
}

/** Whether a call of this time (seconds since 1970) is no replay of an old one. */
export function isRecent(timestamp: string, { nowMs, windowMs }: { nowMs: number; windowMs: number }): boolean {
  return /^\d{1,11}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1_000) <= windowMs;
}

function readPlain(plain: Buffer): OpenedMessage | null {
  if (plain.length < HEAD_BYTES) return null;
  const end = HEAD_BYTES + plain.readUInt32BE(16);
  if (end > plain.length) return null;
  return { message: plain.toString('utf8', HEAD_BYTES, end), receiver: plain.toString('utf8', end) };
}

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
function encryptBytes(aesKey: string, plain: Buffer): Buffer {
  const { key, vector } = keyOf(aesKey);
  const cipher = createCipheriv('aes-256-cbc', key, vector).setAutoPadding(false);
  const padBytes = BLOCK_BYTES - (plain.length % BLOCK_BYTES);
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padBytes, padBytes)), cipher.final()]);
}

function keyOf(aesKey: string): { readonly key: Buffer; readonly vector: Buffer } {
  const key = Buffer.from(`${aesKey}=`, 'base64');
  return { key, vector: key.subarray(0, 16) };
}
