import type { Tx } from '../platform/db.js';
import { RETENTION } from './retention.js';

/** Deletes idempotency keys after their 72 h. */
export async function forgetOldKeys(tx: Tx): Promise<void> {
  // Touches keys that no request is compared with any more.
  await tx.$executeRaw`
    DELETE FROM idempotency_keys
    WHERE created_at < now() - ${RETENTION.idempotencyKeysMs}::float8 * interval '1 millisecond'`;
}
