import type { PasswordSettings } from '../../password-settings.js';
import { breachedPasswords, type WarnLogger } from './breached-passwords.js';
import type { PasswordRules } from './check-new-password.js';
import { fileHasHash } from './file-has-hash.js';

/**
 * Makes the rules of new passwords from what is configured.
 * @throws Error when there is a file of breached passwords which can't be read: it would be missed only when it counts.
 */
export async function openPasswordRules(settings: PasswordSettings, logger: WarnLogger): Promise<PasswordRules> {
  const { words, breached: source, egressAllow } = settings;
  if (source?.protocol === 'file:') await fileHasHash(source, '0'.repeat(40));
  return { words, isBreached: breachedPasswords({ source, egressAllow, logger }) };
}
