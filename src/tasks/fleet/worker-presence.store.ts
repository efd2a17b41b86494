import type { Tx } from '../../platform/db.js';

/** A worker process as it tells of itself. */
export interface WorkerPresence {
  readonly name: string;
  /** Tasks at once, at most. */
  readonly concurrency: number;
  /** Tasks at work now. */
  readonly running: number;
}

/** Writes that the worker lives. */
export async function keepPresence(tx: Tx, { name, concurrency, running }: WorkerPresence): Promise<void> {
  // Touches the worker's own row, or makes it (again, when it was pruned); a repeated call only moves the time.
  await tx.$executeRaw`
    INSERT INTO workers (name, concurrency, running) VALUES (${name}, ${concurrency}, ${running})
    ON CONFLICT (name) DO UPDATE
    SET seen_at = clock_timestamp(), concurrency = EXCLUDED.concurrency, running = EXCLUDED.running`;
}

/** Writes that the worker ended in order. */
export async function endPresence(tx: Tx, name: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM workers WHERE name = ${name}`;
}
