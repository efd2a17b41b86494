import { createHash } from 'node:crypto';
import type { Tx } from '../../platform/db.js';
import { PAGE_SIZE } from '../page-size.js';
import type { RunContext } from '../run-context.js';
import { nextLines } from './guard.store.js';

/** What an approval is bound to (R33): the same lines make the same hash, whenever they are planned. */
export async function hashPlan(tx: Tx, context: RunContext): Promise<string> {
  const hash = createHash('sha256');
  let after = { rank: -1, id: 0n };
  for (;;) {
    const lines = await nextLines(tx, context, { after, limit: PAGE_SIZE });
    for (const line of lines) hash.update(line.text).update('\n');
    const last = lines.at(-1);
    if (!last || lines.length < PAGE_SIZE) return hash.digest('hex');
    after = { rank: last.rank, id: last.id };
  }
}
