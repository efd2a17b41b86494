import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * The scheme in which WeCom and DingTalk call back: AES-256-CBC over `16 random bytes, length, message, receiver`,
 * padded to 32 bytes (which node's own padding does not know), signed with SHA-1 over the sorted parts.
 */

/** What the signature covers. */
export interface SignedParts {
  readonly token: string;
  readonly timestamp: string;
  readonly nonce: string;
  /** Base64. */
  readonly sealed: string;
}

/** A message and whom it is for: the corp, app or suite id. */
export interface OpenedMessage {
  readonly message: string;
  readonly receiver: string;
}

const BLOCK_BYTES = 32;
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
  try {
    const key = keyOf(aesKey);
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
    const padded = Buffer.concat([decipher.update(sealed, 'base64'), decipher.final()]);
    return readPlain(padded);
  } catch {
    return null;
  }
}

/** Seals an answer, or in tests an event. */
export function sealMessage(aesKey: string, { message, receiver }: OpenedMessage): string {
  const key = keyOf(aesKey);
  const text = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([randomBytes(16), length, text, Buffer.from(receiver)]);
  const padBytes = BLOCK_BYTES - (plain.length % BLOCK_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padBytes, padBytes)),
    cipher.final(),
  ]).toString('base64');
}

/** Whether a call of this time (seconds since 1970) is no replay of an old one. */
export function isRecent(timestamp: string, { nowMs, windowMs }: { nowMs: number; windowMs: number }): boolean {
  return /^\d{1,11}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1_000) <= windowMs;
}

const keyOf = (aesKey: string): Buffer => Buffer.from(`${aesKey}=`, 'base64');

function readPlain(padded: Buffer): OpenedMessage | null {
  const padBytes = padded.at(-1) ?? 0;
  const plain = padded.subarray(0, padded.length - padBytes);
  if (padBytes < 1 || padBytes > BLOCK_BYTES || plain.length < HEAD_BYTES) return null;
  const end = HEAD_BYTES + plain.readUInt32BE(16);
  if (end > plain.length) return null;
  return { message: plain.toString('utf8', HEAD_BYTES, end), receiver: plain.toString('utf8', end) };
}
