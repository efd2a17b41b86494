import type { Tx } from '../platform/db.js';

/** What became of a push, as the pipeline or the end of its task wrote it (`pushes.result`). */
export type PushResult = Readonly<Record<string, unknown>>;

/** The results of those of the given pushes that are finished. */
export async function findFinishedPushes(tx: Tx, pushIds: readonly string[]): Promise<ReadonlyMap<string, PushResult>> {
  const rows = await tx.$queryRaw<{ id: string; result: PushResult }[]>`
    SELECT id, result FROM pushes WHERE id = ANY(${pushIds}::uuid[]) AND finished_at IS NOT NULL`;
  return new Map(rows.map(({ id, result }) => [id, result]));
}
