import { TOTP } from 'otpauth';

/** What an authenticator app shows now for a secret in base 32. */
export function codeOfApp(secret: string): string {
  return new TOTP({ secret }).generate();
}

/** A code that the app shows neither now nor a minute before or after. */
export function wrongCode(secret: string): string {
  const right = new Set(
    [-30_000, 0, 30_000, 60_000].map((off) => new TOTP({ secret }).generate({ timestamp: Date.now() + off })),
  );
  return ['000000', '111111', '222222', '333333', '444444'].find((code) => !right.has(code)) ?? '';
}
