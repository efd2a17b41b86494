import type { Target } from '../../targets/target.js';
import type { TargetRegistry } from '../../targets/target-registry.js';
import type { ChangePlace } from './changes.store.js';

/**
 * Where a target's lines stand in the order of applying. Each target has two ranks: lines are planned into the odd one;
 * those whose unique values move between rows are put into the even one before it, which is one transaction (R12).
 */
export function placeOf(targets: TargetRegistry, target: Target): ChangePlace {
  return { target: target.name, rank: targets.rankOf(target) * 2 + 1 };
}
