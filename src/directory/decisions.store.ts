import type { StandingDecisions } from '../domain/hand-decisions.js';
import { MANUAL_SOURCE } from '../domain/manual-source.js';
import { USER } from '../domain/record.js';
import type { Tx } from '../platform/db.js';

/**
 * The decisions of admins about a user, and whether edits of the user wait. An edit stops waiting only after it is
 * written to the row, so one of both always shows it. Locks the row until the end of the transaction, so that an erasure
 * finds an edit that is stored after this. @returns null when there is no such user.
 */
export async function findDecisions(tx: Tx, id: string): Promise<StandingDecisions | null> {
  const rows = await tx.$queryRaw<StandingDecisions[]>`
    SELECT u.locked_at IS NOT NULL AS locked, u.protected,
           EXISTS (
             SELECT 1 FROM pushes p
             WHERE p.source_id = ${MANUAL_SOURCE.id}::uuid AND p.kind = ${USER} AND p.finished_at IS NULL
               AND p.records @> ${JSON.stringify([{ uid: id }])}::jsonb) AS waiting
    FROM users u WHERE u.id = ${id}::uuid
    FOR UPDATE OF u`;
  return rows[0] ?? null;
}
