import { COMMON_PASSWORDS } from './common-passwords.js';
import { usernameKeyOf } from './username-key.js';

/** Length in characters; above it nobody types, and hashing stays cheap. */
const PASSWORD_LENGTH = { min: 12, max: 256 } as const;

/**
 * Whether a password may be chosen: long enough, and not among the first that are tried (ASVS 6.2). No rules about
 * digits and signs: they only make worse ones.
 * @returns what is wrong with it, null when nothing is.
 */
export function judgePassword(password: string, username: string): string | null {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.min) return `A password wants at least ${PASSWORD_LENGTH.min} characters.`;
  if (length > PASSWORD_LENGTH.max) return `A password has at most ${PASSWORD_LENGTH.max} characters.`;
  const plain = plainOf(password);
  if (new Set(plain).size < 4) return 'The password is the same few characters again and again.';
  if (COMMON_PASSWORDS.has(plain) || COMMON_PASSWORDS.has(plain.replace(/[^a-z]+$/, '')))
    return 'The password is one of those that are tried first.';
  const name = usernameKeyOf(username).split('@')[0] ?? '';
  if (name.length >= 4 && plain.replaceAll(name, '').length < 4) return 'The password is the username.';
  return null;
}

function plainOf(password: string): string {
  return password.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '');
}
