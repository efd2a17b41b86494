import { breachedPasswords, fileHasHash, type IsBreached, type WarnLogger } from './breached-passwords.js';
import { lookalikeOf } from '../../domain/match-key.js';
import { isCommonPassword } from './common-passwords.js';
import { usernameKeyOf } from '../accounts/principal.js';
import { z } from 'zod';

/** What new passwords are checked by, beside what holds everywhere. */
export interface PasswordRules {
  /** The operator's own words: none may stand in a password. */
  readonly words: readonly string[];
  readonly isBreached: IsBreached;
}

/**
 * Whether a password may be chosen; no external service is called for one that is refused anyway.
 * @returns what is wrong with it, null when nothing is.
 */
export async function checkNewPassword(rules: PasswordRules, wanted: NewPassword): Promise<string | null> {
  const fault = findPasswordProblem(wanted, rules.words);
  if (fault !== null) return fault;
  if (await rules.isBreached(wanted.password)) return 'The password is known from a data breach: choose another one.';
  return null;
}

/** Length in characters; the upper limit keeps hashing cheap. */
const PASSWORD_LENGTH = { min: 12, max: 256 } as const;

/** A new password, and the account that it is for. */
interface NewPassword {
  readonly password: string;
  readonly username: string;
}

/** Words that stand in the product's own name and addresses: attackers try them first. */
const PRODUCT_WORDS = ['rollcall'];
/** Shorter parts of a username stand in ordinary words. */
const MIN_NAME_LENGTH = 4;

/**
 * Whether a password may be chosen: long enough, not among the first that are tried, and without the product's name,
 * the account's name and the operator's words, whatever is added around them (ASVS 5.0, V6.1.2 and V6.2). No rules
 * about digits and signs: they lead to worse passwords.
 * @param words the operator's, in any spelling
 * @returns what is wrong with it, null when nothing is.
 */
export function findPasswordProblem({ password, username }: NewPassword, words: readonly string[]): string | null {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.min) return `A password has at least ${PASSWORD_LENGTH.min} characters.`;
  if (length > PASSWORD_LENGTH.max) return `A password has at most ${PASSWORD_LENGTH.max} characters.`;
  const plain = plainOf(password);
  if (new Set(plain).size < 4) return 'The password repeats a few characters.';
  if (isCommonPassword(plain)) return 'The password is a common password: choose another one.';
  if (holdsWord(plain, nameWords(username))) return 'The password contains the username: choose one without it.';
  if (holdsWord(plain, [...PRODUCT_WORDS, ...words]))
    return 'The password contains a word that is easy to guess here, such as the name of the product or company: leave it out.';
  return null;
}

/** The username, the part before the @ of an address, and their parts between separators. */
function nameWords(username: string): readonly string[] {
  const name = usernameKeyOf(username);
  const local = name.split('@')[0] ?? '';
  const parts = [name, local, ...local.split(/[._+\-\s]+/)];
  return parts.filter((part) => part.length >= MIN_NAME_LENGTH);
}

function plainOf(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Default_Ignorable_Code_Point}\s]/gu, '')
    .toLowerCase();
}

/** Also where letters are written as the usual digits and signs (`Acm3-C0rp`), or as those of another alphabet. */
function holdsWord(plain: string, words: readonly string[]): boolean {
  const looks = looksOf(plain);
  return words.some((word) => {
    const ofWord = looksOf(plainOf(word));
    return looks.some((look, at) => look.includes(ofWord[at] as string));
  });
}

/** A text as it is, with letters for digits and signs, and the same of what it looks like. */
function looksOf(plain: string): readonly [string, string, string] {
  return [plain, foldDigits(plain), foldDigits(lookalikeOf(plain) ?? plain)];
}

const LETTERS: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'l', i: 'l' },
  ...{ '-': '', _: '', '.': '' },
};

function foldDigits(plain: string): string {
  return [...plain].map((sign) => LETTERS[sign] ?? sign).join('');
}

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
