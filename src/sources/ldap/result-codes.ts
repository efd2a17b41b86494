import { ResultCodeError } from 'ldapts';

/** The result code of the server (RFC 4511, 4.1.9), if an error is one. */
export function resultCode(error: unknown): number | null {
  return error instanceof ResultCodeError ? error.code : null;
}

/** sizeLimitExceeded or adminLimitExceeded: a smaller page may help. */
export function isLimit(error: unknown): boolean {
  const code = resultCode(error);
  return code === 4 || code === 11;
}
