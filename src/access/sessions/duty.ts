/**
 * What a session may still owe after its password was right: a code of the second factor, a password of the person's
 * own instead of one that another person set, a second factor at all. Until then nothing else is permitted.
 */
export const DUTIES = ['second_factor', 'change_password', 'enrol_second_factor'] as const;
/** One of `DUTIES`. */
export type Duty = (typeof DUTIES)[number];

/** Whether people who sign in with a password must have a second factor. */
export type SecondFactorRule = 'required' | 'optional';

/** What decides of a session's duty. */
export interface DutyFacts {
  readonly via: 'password' | 'oidc';
  /** Another person set the account's password. */
  readonly isProvisional: boolean;
  readonly hasSecondFactor: boolean;
  /** A code of it was given in this session. */
  readonly gaveSecondFactor: boolean;
}

/**
 * The first thing that a session owes; null = nothing. The code comes first: who has only the password changes nothing.
 * Who was sent by an identity provider owes nothing: the provider asks.
 */
export function dutyOf(facts: DutyFacts, rule: SecondFactorRule): Duty | null {
  if (facts.via === 'oidc') return null;
  if (facts.hasSecondFactor && !facts.gaveSecondFactor) return 'second_factor';
  if (facts.isProvisional) return 'change_password';
  if (rule === 'required' && !facts.hasSecondFactor) return 'enrol_second_factor';
  return null;
}
