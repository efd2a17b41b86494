import type { IsBreached } from './breached-passwords.js';
import { judgePassword, type WantedPassword } from './judge-password.js';

/** What new passwords are checked by, beside what holds everywhere. */
export interface PasswordRules {
  /** The operator's own words: none may stand in a password. */
  readonly words: readonly string[];
  readonly isBreached: IsBreached;
}

/**
 * Whether a password may be chosen; nobody outside is asked about one that is refused anyway.
 * @returns what is wrong with it, null when nothing is.
 */
export async function checkNewPassword(rules: PasswordRules, wanted: WantedPassword): Promise<string | null> {
  const fault = judgePassword(wanted, rules.words);
  if (fault !== null) return fault;
  if (await rules.isBreached(wanted.password))
    return 'The password is known from a breach somewhere: take another one.';
  return null;
}
