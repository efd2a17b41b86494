const MAX_WAIT_MS = 24 * 3_600_000;

/**
 * Reads a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3).
 * @returns milliseconds to wait, 0 to a day; null when there is none that can be read
 */
export function readRetryAfter(value: string | string[] | undefined, nowMs: number): number | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), MAX_WAIT_MS);
}
