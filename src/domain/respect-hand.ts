import type { Fields } from './change.js';
import type { LandingRow, LandingRules } from './landing.js';

/** A lock by hand outlasts every source (R15); a protected row is never taken out of force (R11). */
export function respectHand(rules: LandingRules, current: LandingRow, wanted: Fields): Fields {
  if (current.locked) return { ...wanted, ...rules.removed };
  if (!current.protected) return wanted;
  const removes = Object.entries(rules.removed).some(([name, value]) => wanted[name] === value);
  return removes ? { ...wanted, ...rules.inForce } : wanted;
}
