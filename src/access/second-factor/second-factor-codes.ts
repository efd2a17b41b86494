import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator app knows it: SHA-1, six digits, 30 seconds. */
const [ALGORITHM, DIGITS, PERIOD_S] = ['SHA1', 6, 30];
/** A clock may be one step off (RFC 6238, 5.2), so that a code counts for 90 seconds at most. */
const STEPS_OFF = 1;

/** Makes the secret of a new authenticator: 160 random bits (RFC 4226, 4: recommended). */
export function newTotpSecret(): Buffer {
  return randomBytes(20);
}

/** A secret as people type it into an app. */
export function totpSecretText(secret: Buffer): string {
  return secretOf(secret).base32;
}

/** A secret as apps read it from a QR code. */
export function totpUri(secret: Buffer, username: string): string {
  return totpOf(secret, username).toString();
}

/** The step that a code belongs to, as people type it, with blanks; null when it is none of about now. */
export function stepOfCode(secret: Buffer, code: string, nowMs: number): number | null {
  const delta = totpOf(secret, '').validate({ token: code.replaceAll(/\s/g, ''), timestamp: nowMs, window: STEPS_OFF });
  return delta === null ? null : Math.floor(nowMs / 1_000 / PERIOD_S) + delta;
}

function totpOf(secret: Buffer, label: string): TOTP {
  const shape = { algorithm: ALGORITHM, digits: DIGITS, period: PERIOD_S };
  return new TOTP({ issuer: 'Rollcall', label, secret: secretOf(secret), ...shape });
}

function secretOf(secret: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}

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
