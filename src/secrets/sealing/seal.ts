import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

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
