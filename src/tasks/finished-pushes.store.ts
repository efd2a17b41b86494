import type { Tx } from '../platform/db.js';

/** The results of those of the given pushes that are finished. */
export async function findFinishedPushes(
  tx: Tx,
  pushIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const rows = await tx.push.findMany({
    where: { id: { in: [...pushIds] }, finishedAt: { not: null } },
    select: { id: true, result: true },
  });
  return new Map(rows.map(({ id, result }) => [id, result as Record<string, unknown>]));
}
