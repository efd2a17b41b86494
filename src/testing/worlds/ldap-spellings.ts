import { escapeDnValue } from '../servers/slapd-ldif.js';

/** The next of a series of numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** A series that a seed repeats (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** The same items in another order. */
export function shuffle<T>(random: Random, list: readonly T[]): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}

/** Names of one attribute (RFC 4519, 4524, 2798). */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  cn: ['cn', 'commonName', '2.5.4.3'],
  sn: ['sn', 'surname', '2.5.4.4'],
  ou: ['ou', 'organizationalUnitName', '2.5.4.11'],
  uid: ['uid', 'userid', '0.9.2342.19200300.100.1.1'],
  mail: ['mail', 'rfc822Mailbox', '0.9.2342.19200300.100.1.3'],
  mobile: ['mobile', 'mobileTelephoneNumber', '0.9.2342.19200300.100.1.41'],
  givenName: ['givenName', 'gn', '2.5.4.42'],
  description: ['description', '2.5.4.13'],
  title: ['title', '2.5.4.12'],
  manager: ['manager', '0.9.2342.19200300.100.1.10'],
  jpegPhoto: ['jpegPhoto', '0.9.2342.19200300.100.1.60'],
};

/** A name of an attribute in some case, or its object identifier. */
export function spellName(random: Random, name: string): string {
  return spellCase(random, pick(random, NAMES[name] ?? [name]));
}

/** Letters in either case; case has no meaning in names of attributes and in these values. */
function spellCase(random: Random, text: string): string {
  const way = pick(random, ['same', 'upper', 'lower', 'mixed']);
  if (way === 'same') return text;
  if (way === 'upper') return asciiUpper(text);
  if (way === 'lower') return text.toLowerCase();
  return [...text].map((letter) => (random() < 0.5 ? asciiUpper(letter) : letter)).join('');
}

/** Beyond ASCII an upper-case form may be another letter: ß is SS. */
const asciiUpper = (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** One RDN: attribute and value pairs, without an order. */
export type RdnPairs = readonly (readonly [name: string, value: string])[];

/** A DN as a server or a person may write it (RFC 4514). */
export function spellDn(random: Random, rdns: readonly RdnPairs[]): string {
  const separator = pick(random, [',', ', ']);
  return rdns
    .map((pairs) =>
      shuffle(random, pairs)
        .map((pair) => spellPair(random, pair))
        .join('+'),
    )
    .join(separator);
}

function spellPair(random: Random, [name, value]: readonly [string, string]): string {
  return `${spellName(random, name)}=${spellValue(random, spellCase(random, value))}`;
}

function spellValue(random: Random, value: string): string {
  const way = pick(random, ['escaped', 'hex pairs', 'special as hex']);
  if (way === 'escaped') return escapeDnValue(value);
  const hex = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '\\$&');
  if (way === 'hex pairs') return hex(value);
  return value.replace(/[\\"+,;<>=#]|^ | $/g, hex);
}

/** A filter with white space between its components. */
export function spellFilter(random: Random, filter: string): string {
  return filter.replace(
    /\((?=[&|!(])|(?<=[&|!])(?=\()|\)(?=[()])/g,
    (found) => found + pick(random, ['', ' ', '\n  ', '\t']),
  );
}

/** A line of LDIF (RFC 2849), as text where LDIF can hold it, or as base64, and folded or not. */
export function spellLine(random: Random, name: string, value: string | Buffer): string {
  const isSafe = typeof value === 'string' && /^[!-9;=-~][ -~]*$/.test(value) && !value.endsWith(' ');
  const asText = isSafe && random() < 0.7;
  const line = asText ? `${name}: ${value}` : `${name}:: ${Buffer.from(value as string).toString('base64')}`;
  return random() < 0.3 && line.length > 40 ? `${line.slice(0, 30)}\n ${line.slice(30)}` : line;
}
