import { DEFAULT_LIMITS, type GuardLimits, guardOwners, guardPlan } from '../../domain/guard-plan.js';
import type { HeldPlan, HeldReason } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import { countPlan, countRemovedLately, mayHarm } from './guard.store.js';
import { hashPlan } from './hash-plan.js';
import { readQuality } from './worklist.store.js';

/** How long a held plan waits for a person (R33). */
const HOLD_HOURS = 72;

/** Looks at the whole plan before its first write: null = go on, else what a person must decide (R31, R33). */
export async function guardTask(tx: Tx, context: RunContext): Promise<HeldPlan | null> {
  if (!(await mayHarm(tx, context))) return null;
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
    } else if (target.countLeftAlone) {
      const counts = await target.countLeftAlone(tx, context.scope);
      reasons.push(...guardOwners({ ...counts, kind, explicit: context.task.mode !== 'full' }, limits));
    }
  }
  return reasons;
}
