import { randomInt } from 'node:crypto';

/** A new name of a task for people: `YYYYMMDDHHmmss` in UTC and six digits (R45). Unique only by the table's index. */
export function newBatch(now: Date): string {
  const time = now
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 14);
  return time + String(randomInt(1_000_000)).padStart(6, '0');
}
