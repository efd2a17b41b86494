import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { concurrencyLimit } from '../../platform/concurrency-limit.js';

/** OWASP's advice for scrypt: 128 MB and some tenths of a second a guess. */
const LOG_N = 17;
const [BLOCK, PARALLEL] = [8, 1];
const KEY_BYTES = 32;
const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

/** 128 MB each: two at once are all that a small machine has for it. */
const takeTurns = concurrencyLimit({
  atOnce: 2,
  line: { most: 30, message: 'Too many sign-ins at once. Try again soon.' },
});

/** Compared where there is no such account, so that both answers take the same time. It is no password's hash. */
const NO_ACCOUNT_HASH = `$scrypt$ln=${LOG_N},r=${BLOCK},p=${PARALLEL}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Makes what is stored of a password: `$scrypt$ln=…,r=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, { logN: LOG_N, r: BLOCK, p: PARALLEL });
  return `$scrypt$ln=${LOG_N},r=${BLOCK},p=${PARALLEL}$${base64(salt)}$${base64(hash)}`;
}

/** Whether a password is the stored one; as slow for an account that is not there (null). */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, logN, r, p, salt, wanted] = FORMAT.exec(stored ?? NO_ACCOUNT_HASH) ?? [];
  if (salt === undefined || wanted === undefined) throw new Error('A stored password hash is malformed.');
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const hash = await derive(password, Buffer.from(salt, 'base64'), cost);
  return timingSafeEqual(hash, Buffer.from(wanted, 'base64')) && stored !== null;
}

function derive(password: string, salt: Buffer, cost: { logN: number; r: number; p: number }): Promise<Buffer> {
  const { logN, r, p } = cost;
  const options = { N: 2 ** logN, r, p, maxmem: 128 * 2 ** logN * r + 1_048_576 };
  return takeTurns(
    () =>
      new Promise((done, fail) => {
        scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => {
          if (error) fail(error);
          else done(key);
        });
      }),
  );
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** Days after which a password set by another person expires, unless its owner changes it before. */
const INITIAL_PASSWORD_DAYS = 7;

/** When a password that is set now for another person expires. */
export function initialPasswordExpiry(): Date {
  return new Date(Date.now() + INITIAL_PASSWORD_DAYS * 86_400_000);
}
