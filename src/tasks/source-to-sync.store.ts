import type { Tx } from '../platform/db.js';

/** What a request must know of a source. */
export interface SourceToSync {
  readonly id: string;
  readonly type: string;
  readonly enabled: boolean;
}

/** Looks a source up by its name. */
export function findSourceToSync(tx: Tx, name: string): Promise<SourceToSync | null> {
  return tx.source.findUnique({ where: { name }, select: { id: true, type: true, enabled: true } });
}
