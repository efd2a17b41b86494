import { breachedPasswords, fileHasHash, type WarnLogger } from './breached-passwords.js';
import type { PasswordRules } from './check-new-password.js';
import { z } from 'zod';

/**
 * Makes the rules of new passwords from what is configured.
 * @throws Error when there is a file of breached passwords which can't be read: it would be missed only when it counts.
 */
export async function openPasswordRules(settings: PasswordSettings, logger: WarnLogger): Promise<PasswordRules> {
  const { words, breached: source, egressAllow } = settings;
  if (source?.protocol === 'file:') await fileHasHash(source, '0'.repeat(40));
  return { words, isBreached: breachedPasswords({ source, egressAllow, logger }) };
}

/** What new passwords are checked by. */
export interface PasswordSettings {
  /** None of them may stand in a password. */
  readonly words: readonly string[];
  /** Where breached passwords are asked for: `https:` a service, `file:` a sorted file; null = nowhere. */
  readonly breached: URL | null;
  /** CIDRs of private networks that may be asked. */
  readonly egressAllow: readonly string[];
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const WANTED = 'must be https://…, file:///… or off; plain http only to this machine';

/** Variables that decide about new passwords. */
export const passwordVariables = {
  PASSWORD_WORDS: z
    .string()
    .default('')
    .transform(split)
    .pipe(z.array(z.string().min(4, 'must be words of four letters or more: shorter ones occur in good passwords'))),
  BREACHED_PASSWORDS: z.string().default('https://api.pwnedpasswords.com').transform(readBreached),
};

function split(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function readBreached(text: string, context: z.RefinementCtx): URL | null {
  if (text === 'off') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isFine =
    url !== null &&
    (['https:', 'file:'].includes(url.protocol) || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname)));
  if (isFine) return url;
  context.addIssue({ code: 'custom', message: WANTED });
  return z.NEVER;
}
