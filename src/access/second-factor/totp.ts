import { randomBytes } from 'node:crypto';
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
