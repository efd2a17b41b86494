import type { SourceState } from '../../domain/source-state.js';
import type { Tx } from '../../platform/db.js';

/** The data of a source that a request needs. */
export interface SourceToSync {
  readonly id: string;
  readonly type: string;
  readonly state: SourceState;
}

/** Finds a source by its name. */
export async function findSourceToSync(tx: Tx, name: string): Promise<SourceToSync | null> {
  const rows = await tx.$queryRaw<SourceToSync[]>`
    SELECT s.id, s.type, source_state(s) AS state FROM sources s WHERE s.name = ${name}`;
  return rows[0] ?? null;
}
