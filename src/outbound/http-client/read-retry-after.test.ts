import { expect, test } from '@jest/globals';
import { readRetryAfter } from './classify-status.js';

const now = Date.parse('2026-03-01T12:00:00Z');

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['99999999', 86_400_000],
  ['soon', null],
  [undefined, null],
])('R42: Retry-After %j asks to wait %p ms', (value, waitMs) => {
  expect(readRetryAfter(value, now)).toBe(waitMs);
});
