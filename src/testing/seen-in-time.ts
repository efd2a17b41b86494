import type { Db } from '../platform/db.js';

/** Within what a change is promised to be seen after its event. */
const PROMISED_MS = 5_000;

/** A scene of events, played with the people of this round. It answers when what they tell of is seen. */
export type Scene = (round: 1 | 2) => Promise<void>;

/**
 * Plays a scene and holds the product to its promise. What counts is what the database's own clock says between the
 * first event that was accepted and the end of the last delta: neither this process's waiting for the processor nor
 * how often it looks is in it. A scene that was late is played once more, because a machine that does much else may be
 * late once; a product that is late is late again. All figures are printed.
 * @throws Error when it was late twice
 */
export async function seenInTime(db: Db, name: string, play: Scene): Promise<void> {
  for (const round of [1, 2] as const) {
    const before = await lastHint(db);
    const begin = performance.now();
    await play(round);
    const wallMs = Math.round(performance.now() - begin);
    const { tookMs, deltas } = await measure(db, before);
    process.stdout.write(
      `${name}: moved, left and renamed committed ${tookMs} ms after the first event, by ${deltas} deltas; seen by the test after ${wallMs} ms\n`,
    );
    if (tookMs < PROMISED_MS) return;
  }
  throw new Error(`${name}: the changes of the events were not committed within ${PROMISED_MS} ms, twice.`);
}

async function lastHint({ prisma }: Db): Promise<bigint> {
  const found = await prisma.hint.aggregate({ _max: { seq: true } });
  return found._max.seq ?? 0n;
}

/** Waits for the deltas: their rows are seen before their end is written. */
async function measure({ prisma }: Db, before: bigint): Promise<{ tookMs: number; deltas: number }> {
  for (;;) {
    const rows = await prisma.$queryRaw<{ tookMs: number; deltas: number; open: number }[]>`
      SELECT (extract(epoch FROM max(t.finished_at) - min(h.received_at)) * 1000)::float8 AS "tookMs",
        count(DISTINCT t.id)::int AS deltas, count(*) FILTER (WHERE t.finished_at IS NULL)::int AS open
      FROM hints h LEFT JOIN sync_tasks t ON t.id = h.task_id
      WHERE h.seq > ${before}`;
    const [row] = rows;
    if (row && row.open === 0 && row.deltas > 0) return { tookMs: Math.round(row.tookMs), deltas: row.deltas };
    await new Promise((done) => setTimeout(done, 50));
  }
}
