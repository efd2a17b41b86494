import type { Tx } from '../platform/db.js';

/** Adds to what is counted for good. Not idempotent. */
export async function addToCounter(tx: Tx, name: string, by = 1): Promise<void> {
  if (by === 0) return;
  await tx.$executeRaw`
    INSERT INTO counters (name, value) VALUES (${name}, ${by})
    ON CONFLICT (name) DO UPDATE SET value = counters.value + EXCLUDED.value`;
}
