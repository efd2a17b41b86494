import type { LandingRules } from '../../domain/landing.js';
import type { RecordTarget } from '../../targets/target.js';

/** What a decision needs to know of a target. */
export function rulesOf({ kind, fields, references, required, inForce, removed }: RecordTarget): LandingRules {
  const names = [...fields, ...references.map((reference) => reference.column)];
  return { kind, names, required, inForce, removed };
}
