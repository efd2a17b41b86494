import { domainToASCII } from 'node:url';
import unhomoglyph from 'unhomoglyph';
import { foldCase } from './fold-case.js';
import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/min';

/** The user fields whose values are compared. */
export const MATCH_FIELDS = ['username', 'email', 'phone'] as const;
/** One of `MATCH_FIELDS`. */
export type MatchField = (typeof MATCH_FIELDS)[number];

/** Those of them that one user in force has alone (R12). A phone may be that of a switchboard: many have it. */
export const UNIQUE_FIELDS = ['username', 'email'] as const satisfies readonly MatchField[];
/** One of `UNIQUE_FIELDS`. */
export type UniqueField = (typeof UNIQUE_FIELDS)[number];

/** The compared form of a value; null when there is nothing to compare (R5). The raw value is what gets stored. */
export function matchKey(field: MatchField, value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim().normalize('NFC');
  if (text === '') return null;
  switch (field) {
    case 'username':
      return foldCase(text);
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

/** RFC 5321 leaves the local part to its server; servers fold its case. Domains compare in their ASCII form (IDNA). */
function emailKey(text: string): string {
  const at = text.lastIndexOf('@');
  if (at === -1) return foldCase(text);
  const domain = text.slice(at + 1);
  return `${foldCase(text.slice(0, at))}@${ASCII.test(domain) ? domain.toLowerCase() : domainToASCII(domain) || domain}`;
}

/**
 * The compared form of a phone: E.164 where the number can be read, with its extension as `;ext=` (RFC 3966), else the
 * text without blanks and punctuation. null without a digit: lists say "-" or "n/a" where there is no number.
 */
export function phoneKey(text: string): string | null {
  const compact = text.replace(PUNCTUATION, '');
  if (!/\d/.test(compact)) return null;
  // "+49 (0)30 …": whether the zero belongs to the number is known to the library only (it does in Italy).
  const international = TRUNK_ZERO.test(text) ? parsePhoneNumberFromString(text) : undefined;
  if (international) return spell(international);
  const { main, extension } = splitExtension(compact);
  return extension === null ? mainKey(main) : `${mainKey(main)};ext=${extension}`;
}

const PUNCTUATION = /[\s().-]/g;
const TRUNK_ZERO = /^\s*(?:tel:)?\+\d{1,3}[\s.-]*\(0\)/i;
const E164 = /^\+[1-9]\d{6,14}$/;

/** Words before an extension, as directories write it in several languages; a comma is a pause in dialling. */
const EXTENSION =
  /(?:;ext=|,{1,2}(?=\d{1,6}#?$)|(?:extension|extn?|x|#|~|доб|转|轉|分机|分機|内线|內線|内線|dw|durchwahl|klappe|app|poste|interno|int|anexo|ramal):?)(\d{1,9})#?$/iu;

function splitExtension(compact: string): { main: string; extension: string | null } {
  const found = EXTENSION.exec(compact);
  const main = found ? compact.slice(0, found.index) : compact;
  return found && /\d/.test(main) ? { main, extension: found[1] ?? null } : { main: compact, extension: null };
}

function mainKey(compact: string): string {
  if (E164.test(compact)) return compact;
  const number = parsePhoneNumberFromString(compact);
  return number ? spell(number) : compact;
}

function spell({ number, ext }: PhoneNumber): string {
  return ext === undefined ? number : `${number};ext=${ext}`;
}
