import { isCommonPassword } from './common-passwords.js';
import { usernameKeyOf } from './username-key.js';

/** Length in characters; above it nobody types, and hashing stays cheap. */
const PASSWORD_LENGTH = { min: 12, max: 256 } as const;

/** A password that somebody wants to have, and whose it would be. */
export interface WantedPassword {
  readonly password: string;
  readonly username: string;
}

/**
 * Whether a password may be chosen: long enough, not among the first that are tried, and without the words of the place
 * (ASVS 6.2). No rules about digits and signs: they only make worse ones.
 * @param words the operator's, in any spelling; none may stand in a password
 * @returns what is wrong with it, null when nothing is.
 */
export function judgePassword({ password, username }: WantedPassword, words: readonly string[]): string | null {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.min) return `A password wants at least ${PASSWORD_LENGTH.min} characters.`;
  if (length > PASSWORD_LENGTH.max) return `A password has at most ${PASSWORD_LENGTH.max} characters.`;
  const plain = plainOf(password);
  if (new Set(plain).size < 4) return 'The password is the same few characters again and again.';
  if (isCommonPassword(plain)) return 'The password is one of those that are tried first.';
  const name = usernameKeyOf(username).split('@')[0] ?? '';
  if (name.length >= 4 && plain.replaceAll(name, '').length < 4) return 'The password is the username.';
  if (holdsWord(plain, words)) return 'The password holds a word that everybody here knows: leave it out.';
  return null;
}

function plainOf(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '');
}

/** Also where letters are written as the usual digits and signs: `Acm3-C0rp`. */
function holdsWord(plain: string, words: readonly string[]): boolean {
  const folded = foldDigits(plain);
  return words.some((word) => plain.includes(plainOf(word)) || folded.includes(foldDigits(plainOf(word))));
}

const LETTERS: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'l', i: 'l' },
  ...{ '-': '', _: '', '.': '' },
};

function foldDigits(plain: string): string {
  return [...plain].map((sign) => LETTERS[sign] ?? sign).join('');
}
