import type { Tx } from '../platform/db.js';

/**
 * Forgets where the next delta of a source would go on.
 *
 * @returns the source's type, or null when it is gone.
 */
export async function forgetCursor(tx: Tx, sourceId: string): Promise<string | null> {
  // Touches the one source; its `updated_at` stays, because nobody changed its options.
  const rows = await tx.$queryRaw<{ type: string }[]>`
    UPDATE sources SET cursor = NULL WHERE id = ${sourceId}::uuid RETURNING type`;
  return rows[0]?.type ?? null;
}
