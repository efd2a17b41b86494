import { DEFAULT_LIMITS, type GuardLimits, guardOwners, guardPlan } from '../../domain/guard-plan.js';
import { isManual } from '../../domain/manual-source.js';
import type { HeldPlan, HeldReason } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import { PAGE_SIZE, type RunContext } from '../run-context.js';
import { countPlan, countRemovedLately, needsGuard, nextLines } from './guard.store.js';
import { readQuality } from './worklist.store.js';
import { createHmac } from 'node:crypto';
import { mayRemove, type RemovalVerdict } from '../../domain/task-outcome.js';
import type { RecordKind } from '../../domain/record.js';
import { fenced } from '../fenced.store.js';

/** How long a held plan waits for approval (R33). */
const HOLD_HOURS = 72;

/** Checks the whole plan before its first write: null = continue, else what must be approved (R31, R33). */
export async function guardTask(tx: Tx, context: RunContext): Promise<HeldPlan | null> {
  // Edits by hand need no approval: a person already decided (R51).
  if (isManual(context.source.id) || !(await needsGuard(tx, context))) return null;
  const reasons = await findReasons(tx, context);
  if (reasons.length === 0) return null;
  const planHash = await hashPlan(tx, context);
  if (planHash === context.task.approvedHash) return null;
  return { reasons, planHash, expiresAt: new Date(Date.now() + HOLD_HOURS * 3_600_000).toISOString() };
}

async function findReasons(tx: Tx, context: RunContext): Promise<readonly HeldReason[]> {
  const limits: GuardLimits = { ...DEFAULT_LIMITS, ...(context.source.guard as Partial<GuardLimits>) };
  const reasons: HeldReason[] = [];
  for (const target of context.targets.list()) {
    const { kind } = target;
    if (target.type === 'record') {
      const quality = await readQuality(tx, context, kind);
      const explicit = !quality.complete;
      const counts = await countPlan(tx, context, target);
      const removedLately = counts.removals === 0 ? 0 : await countRemovedLately(tx, context, target);
      reasons.push(...guardPlan({ ...counts, ...quality, kind, explicit, removedLately }, limits));
    } else if (target.countMembersWithoutDepartment) {
      const counts = await target.countMembersWithoutDepartment(tx, context.scope);
      reasons.push(...guardOwners({ ...counts, kind, explicit: context.task.mode !== 'full' }, limits));
    }
  }
  return reasons;
}

/** Separates the hashes of plans from other uses of the same key. */
const PURPOSE = 'rollcall plan hash';

/**
 * The hash that an approval is bound to (R33): the same lines have the same hash in each plan. It is keyed, because it
 * covers values that a key narrowed to a source cannot read: without the secret key, guessed values cannot be tested.
 */
async function hashPlan(tx: Tx, context: RunContext): Promise<string> {
  const key = createHmac('sha256', await context.erasureKey.open(tx))
    .update(PURPOSE)
    .digest();
  const hash = createHmac('sha256', key);
  let after = { rank: -1, id: 0n };
  for (;;) {
    const lines = await nextLines(tx, context, { after, limit: PAGE_SIZE });
    for (const line of lines) hash.update(line.text).update('\n');
    const last = lines.at(-1);
    if (!last || lines.length < PAGE_SIZE) return hash.digest('hex');
    after = { rank: last.rank, id: last.id };
  }
}

/** Decides for each kind whether absent records of the read are gone (R7, R30, R34). */
export async function decideRemovals(context: RunContext): Promise<ReadonlyMap<RecordKind, RemovalVerdict>> {
  return fenced(context, async (tx) => {
    const verdicts = new Map<RecordKind, RemovalVerdict>();
    for (const kind of context.targets.kinds()) verdicts.set(kind, mayRemove(await readQuality(tx, context, kind)));
    return verdicts;
  });
}
