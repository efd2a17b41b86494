import { mayRemove, type RemovalVerdict } from '../../domain/task-outcome.js';
import type { RecordKind } from '../../domain/record.js';
import { fenced } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import { readQuality } from './worklist.store.js';

/** Decides for each kind whether absent records of the read are gone (R7, R30, R34). */
export async function decideRemovals(context: RunContext): Promise<ReadonlyMap<RecordKind, RemovalVerdict>> {
  return fenced(context, async (tx) => {
    const verdicts = new Map<RecordKind, RemovalVerdict>();
    for (const kind of context.targets.kinds()) verdicts.set(kind, mayRemove(await readQuality(tx, context, kind)));
    return verdicts;
  });
}
