import unhomoglyph from 'unhomoglyph';
import { domainToASCII } from 'node:url';
import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/min';

/** The user fields whose values are compared. */
export const MATCH_FIELDS = ['username', 'email', 'phone'] as const;
/** One of `MATCH_FIELDS`. */
export type MatchField = (typeof MATCH_FIELDS)[number];

/** Those whose value only one user in force can have (R12). A phone number may be shared, as that of a switchboard. */
export const UNIQUE_FIELDS = ['username', 'email'] as const satisfies readonly MatchField[];
/** One of `UNIQUE_FIELDS`. */
export type UniqueField = (typeof UNIQUE_FIELDS)[number];

/** The compared form of a value; null when there is nothing to compare (R5). The original value is stored. */
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
 * The look of a value with non-ASCII letters (its skeleton of Unicode TR 39, in lower case, without invisible
 * characters): two values with the same look are a conflict, not a match (R5). null for ASCII, which is its own look.
 */
export function lookalikeOf(key: string): string | null {
  if (ASCII.test(key)) return null;
  return Array.from(key.replace(UNSEEN, ''), lookOfLetter).join('').toLowerCase();
}

/** TR 39 maps "m" to "rn"; this is reversed, because ASCII values are compared unchanged. */
function lookOfLetter(letter: string): string {
  if (ASCII.test(letter)) return letter;
  // The table does not have most full-width letters: their compatibility form has the same look.
  const look = unhomoglyph(letter.normalize('NFKC'));
  return look === 'rn' ? 'm' : look;
}

/** Invisible characters: zero-width characters, direction marks, fillers, tags (removed by TR 39, section 4). */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
// eslint-disable-next-line no-control-regex -- the whole ASCII range is meant
const ASCII = /^[\u0000-\u007f]*$/;

/** By RFC 5321 the mail server interprets the local part; servers ignore its case. Domains: ASCII form (IDNA). */
function emailKey(text: string): string {
  const at = text.lastIndexOf('@');
  if (at === -1) return foldCase(text);
  const domain = text.slice(at + 1);
  return `${foldCase(text.slice(0, at))}@${ASCII.test(domain) ? domain.toLowerCase() : domainToASCII(domain) || domain}`;
}

/**
 * The compared form of a phone number: E.164 if the number can be parsed, with its extension as `;ext=` (RFC 3966),
 * else the text without spaces and punctuation. null without a digit, as for "-" or "n/a".
 */
export function phoneKey(text: string): string | null {
  const compact = text.replace(PUNCTUATION, '');
  if (!/\d/.test(compact)) return null;
  // "+49 (0)30 …": only the library knows whether the zero belongs to the number (it does in Italy).
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

/**
 * Folds the case of a text for comparison: Unicode full case folding (CaseFolding.txt, statuses C and F) in NFC, the
 * canonical caseless match of the Unicode Standard, D145. `ZOË` = `zoë`, `Straße` = `STRASSE`, final sigma = sigma.
 *
 * The Turkish mappings (status T) are not used, because the language of a field is unknown. `I` = `i`, and dotless `ı`
 * is another letter.
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return Array.from(text.normalize('NFD'), foldLetter).join('').normalize('NFC');
}

/** Letter by letter, because `toLowerCase` of a whole text changes the last sigma of a word. */
function foldLetter(letter: string): string {
  if (letter === DOTLESS_I) return letter;
  // Cherokee folds to its capitals, which are older in Unicode than its small letters.
  if (CHEROKEE.test(letter)) return letter.toUpperCase();
  const capital = letter.toLowerCase().toUpperCase();
  return Array.from(capital, (one) => one.toLowerCase()).join('');
}
const DOTLESS_I = '\u0131';
const CHEROKEE = /\p{Script=Cherokee}/u;
