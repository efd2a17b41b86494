import { createHash, randomBytes } from 'node:crypto';

/** Crockford's base 32: nothing in it looks like anything else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 120 bits: too many to guess, so no slow hash is needed (ASVS 6.5.2 asks for 112). */
const LENGTH = 24;
const COUNT = 10;
const FORMAT = /^[0-9A-HJKMNP-TV-Z]{24}$/;

/** Makes the recovery codes of one person, as they are shown this once: `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: COUNT }, () =>
    // 256 is a multiple of 32: each sign is as likely as any other.
    [...randomBytes(LENGTH)]
      .map((byte, at) => (at > 0 && at % 4 === 0 ? '-' : '') + ALPHABET.charAt(byte % 32))
      .join(''),
  );
}

/** A recovery code as it was typed, in its one spelling; null when it can be none. */
export function readRecoveryCode(text: string): string | null {
  const plain = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return FORMAT.test(plain) ? plain : null;
}

/** What is stored of a recovery code that `readRecoveryCode` read. */
export function hashRecoveryCode(plain: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(plain, 'utf8').digest());
}
