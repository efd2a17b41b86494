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
