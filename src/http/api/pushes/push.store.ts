import type { Tx } from '../../../platform/db.js';

/** A push with what its source and task are called and do. */
export interface PushRow {
  readonly id: string;
  readonly sourceId: string;
  readonly kind: string;
  readonly recordCount: number;
  readonly receivedAt: Date;
  readonly finishedAt: Date | null;
  readonly result: unknown;
  readonly taskId: string | null;
  readonly source: { readonly name: string };
  readonly task: { readonly status: string; readonly held: unknown } | null;
}

/** Finds a push by its id. */
export function findPush(tx: Tx, id: string): Promise<PushRow | null> {
  return tx.push.findUnique({
    where: { id },
    select: {
      id: true,
      sourceId: true,
      kind: true,
      recordCount: true,
      receivedAt: true,
      finishedAt: true,
      result: true,
      taskId: true,
      source: { select: { name: true } },
      task: { select: { status: true, held: true } },
    },
  });
}
