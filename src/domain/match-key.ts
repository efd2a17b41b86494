import { domainToASCII } from 'node:url';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import unhomoglyph from 'unhomoglyph';

/** The user fields whose values are compared. */
export const MATCH_FIELDS = ['username', 'email', 'phone'] as const;
/** One of `MATCH_FIELDS`. */
export type MatchField = (typeof MATCH_FIELDS)[number];

/** The compared form of a value; null when there is nothing to compare (R5). The raw value is what gets stored. */
export function matchKey(field: MatchField, value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim().normalize('NFC');
  if (text === '') return null;
  switch (field) {
    case 'username':
      return lowerAscii(text);
    case 'email':
      return emailKey(text);
    case 'phone':
      return phoneKey(text);
    default:
      return field satisfies never;
  }
}

/**
 * What a value with non-ASCII letters looks like (Unicode TR 39, lower case, without what shows nothing): two values with one look are a conflict,
 * not a match (R5). null for plain ASCII, which is its own look: ASCII letters stay as they are.
 */
export function lookalikeOf(key: string): string | null {
  if (ASCII.test(key)) return null;
  return Array.from(key.replace(UNSEEN, ''), lookOfLetter).join('').toLowerCase();
}

/** TR 39 draws "m" as "rn"; ASCII values are compared as they are, so it is turned back. */
function lookOfLetter(letter: string): string {
  if (ASCII.test(letter)) return letter;
  // The table leaves out most full-width letters: their compatibility form is what they look like.
  const look = unhomoglyph(letter.normalize('NFKC'));
  return look === 'rn' ? 'm' : look;
}

/** What shows nothing: zero-width characters, direction marks, fillers, tags (TR 39, 4: they are no part of a look). */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
// eslint-disable-next-line no-control-regex -- the whole ASCII range is meant
const ASCII = /^[\u0000-\u007f]*$/;
const E164 = /^\+[1-9]\d{6,14}$/;

function lowerAscii(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text;
}

/** RFC 5321 leaves the local part to its server; domains compare without case and in their ASCII form (IDNA). */
function emailKey(text: string): string {
  const at = text.lastIndexOf('@');
  if (at === -1) return lowerAscii(text);
  const domain = text.slice(at + 1);
  return `${lowerAscii(text.slice(0, at))}@${ASCII.test(domain) ? domain.toLowerCase() : domainToASCII(domain) || domain}`;
}

/** Lists say "-" or "n/a" where there is no number: without a digit there is nothing to compare. */
function phoneKey(text: string): string | null {
  const compact = text.replace(/[\s().-]/g, '');
  if (!/\d/.test(compact)) return null;
  if (E164.test(compact)) return compact;
  return (parsePhoneNumberFromString(text) ?? parsePhoneNumberFromString(compact))?.number ?? compact;
}
