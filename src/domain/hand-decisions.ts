import type { Fields } from './fields.js';

/** Decisions of an admin about a user (R11, R15); absent = unchanged. Only records of the built-in source have them. */
export interface HandDecisions {
  /** Out of force, whatever the sources supply. */
  readonly locked?: boolean;
  /** Never taken out of force by a source. */
  readonly protected?: boolean;
}

/**
 * Their names in a staged record of the built-in source and in the lines of its plan. No other source can supply them:
 * the schema of records takes no field of these names.
 */
export const DECISIONS = ['locked', 'protected'] as const satisfies readonly (keyof HandDecisions)[];

/** The decisions in a staged record or a line. */
export function decisionsIn(fields: Fields): HandDecisions {
  const named = DECISIONS.map((name) => [name, fields[name]] as const);
  return Object.fromEntries(named.filter(([, value]) => typeof value === 'boolean'));
}

/** The decisions that a row has now. */
export interface StandingDecisions extends Required<HandDecisions> {
  /** Edits of the row are stored that no task has applied yet. */
  readonly waiting: boolean;
}

/**
 * The decisions that must be stored: those that differ from the row. While earlier edits wait, all of them, because an
 * earlier decision may be applied first.
 */
export function decisionsToStore(given: HandDecisions, standing: StandingDecisions): HandDecisions {
  if (standing.waiting) return given;
  return differing(given, standing);
}

/** Those of the decisions that differ from a row. */
export function differing(decisions: HandDecisions, row: HandDecisions): HandDecisions {
  const changed = DECISIONS.filter((name) => decisions[name] !== undefined && decisions[name] !== (row[name] ?? false));
  return Object.fromEntries(changed.map((name) => [name, decisions[name]]));
}
