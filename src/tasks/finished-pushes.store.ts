import type { Db } from '../platform/db.js';

/** What became of a push, as the pipeline or the end of its task wrote it (`pushes.result`). */
export type PushResult = Readonly<Record<string, unknown>>;

const FINISHED = 'SELECT id, result FROM pushes WHERE id = ANY($1::uuid[]) AND finished_at IS NOT NULL';

/** The results of those of the given pushes that are finished. */
export async function findFinishedPushes(
  pool: Db['pool'],
  pushIds: readonly string[],
): Promise<ReadonlyMap<string, PushResult>> {
  const { rows } = await pool.query<{ id: string; result: PushResult }>({
    name: 'finished-pushes',
    text: FINISHED,
    values: [pushIds],
  });
  return new Map(rows.map(({ id, result }) => [id, result]));
}
