import type { Tx } from '../platform/db.js';
import type { RunContext } from './run-context.js';

/** Whether the source still links a row. */
export async function hasLinks(tx: Tx, { scope }: RunContext): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ linked: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM known_records WHERE source_id = ${scope.sourceId}::uuid AND removed_at IS NULL) AS linked`;
  return row?.linked ?? false;
}
