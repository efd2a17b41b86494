import type { Tx } from '../../platform/db.js';

/** A worker process, as it reports itself. */
export interface WorkerPresence {
  readonly name: string;
  /** Maximum number of tasks at the same time. */
  readonly concurrency: number;
  /** Number of running tasks. */
  readonly running: number;
}

/** Writes a heartbeat of the worker. */
export async function keepPresence(tx: Tx, { name, concurrency, running }: WorkerPresence): Promise<void> {
  // Touches the worker's own row, or creates it (again, if it was pruned); a repeated call only changes the time.
  await tx.$executeRaw`
    INSERT INTO workers (name, concurrency, running) VALUES (${name}, ${concurrency}, ${running})
    ON CONFLICT (name) DO UPDATE
    SET seen_at = clock_timestamp(), concurrency = EXCLUDED.concurrency, running = EXCLUDED.running`;
}

/** Deletes the row of a worker that shut down cleanly. */
export async function endPresence(tx: Tx, name: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM workers WHERE name = ${name}`;
}

/** A source that may receive its events over a connection. */
export interface StreamSource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** As stored, with sealed secrets. */
  readonly config: unknown;
  /** Its wrapped data key; null = no secret is sealed with it. */
  readonly dataKey: string | null;
}

/** The state of a source's connection, as its worker reports it. */
export interface StreamState {
  readonly sourceId: string;
  /** null = not connected. */
  readonly connectedAt: Date | null;
  readonly lastEventAt: Date | null;
  readonly problem: string | null;
}

/** The enabled sources of some types. */
export function listStreamSources(tx: Tx, types: readonly string[]): Promise<StreamSource[]> {
  return tx.source.findMany({
    where: { enabled: true, type: { in: [...types] } },
    select: { id: true, name: true, type: true, config: true, dataKey: true },
  });
}

/**
 * Takes or renews the leases of some sources for a worker, and writes the state of their connections.
 * @returns the sources whose connection the worker may hold for `leaseMs` from before the call.
 */
export async function keepStreamLeases(
  tx: Tx,
  {
    holder,
    leaseMs,
    states,
  }: { readonly holder: string; readonly leaseMs: number; readonly states: readonly StreamState[] },
): Promise<ReadonlySet<string>> {
  // Touches the worker's own rows and expired ones; sources deleted or disabled meanwhile get none. A repeated call
  // only changes the time. In the order of the ids, so that two workers cannot deadlock.
  const rows = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO stream_leases AS l (source_id, holder, until, connected_at, last_event_at, problem)
    SELECT s.id, ${holder}, clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond',
      g."connectedAt", g."lastEventAt", g.problem
    FROM jsonb_to_recordset(${JSON.stringify(states)}::jsonb)
      AS g ("sourceId" uuid, "connectedAt" timestamptz, "lastEventAt" timestamptz, problem text)
    JOIN sources s ON s.id = g."sourceId" AND s.enabled
    ORDER BY s.id
    ON CONFLICT (source_id) DO UPDATE
    SET holder = EXCLUDED.holder, until = EXCLUDED.until, connected_at = EXCLUDED.connected_at,
      last_event_at = coalesce(EXCLUDED.last_event_at, l.last_event_at), problem = EXCLUDED.problem
    WHERE l.holder = EXCLUDED.holder OR l.until < clock_timestamp()
    RETURNING source_id AS id`;
  return new Set(rows.map(({ id }) => id));
}

/** Releases leases, so that another worker does not have to wait until they expire. */
export async function releaseStreamLeases(tx: Tx, holder: string, sourceIds: readonly string[]): Promise<void> {
  // Touches the worker's own rows; leases that another worker took meanwhile stay.
  await tx.streamLease.deleteMany({ where: { holder, sourceId: { in: [...sourceIds] } } });
}
