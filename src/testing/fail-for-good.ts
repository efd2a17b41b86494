import type { Db } from '../platform/db.js';
import { waitFor } from './wait-for.js';

/** The back-off of five tries takes minutes: after the first one, the row is set to five failures. */
export async function failForGood({ pool }: Db, taskId: string): Promise<void> {
  await waitFor(async () => {
    const { rowCount } = await pool.query(
      `UPDATE sync_tasks SET failures = 5, not_before = now() WHERE id = $1 AND failures = 1 AND status = 'queued'`,
      [taskId],
    );
    return rowCount === 1;
  });
}
