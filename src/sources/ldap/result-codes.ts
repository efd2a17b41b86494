import { ResultCodeError } from 'ldapts';

/** The server's result code (RFC 4511, 4.1.9), where an error is one. */
export function resultCode(error: unknown): number | null {
  return error instanceof ResultCodeError ? error.code : null;
}

/** sizeLimitExceeded or adminLimitExceeded: fewer entries a page may help. */
export function isLimit(error: unknown): boolean {
  const code = resultCode(error);
  return code === 4 || code === 11;
}
