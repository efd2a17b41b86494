import { domainToASCII } from 'node:url';

/** An address, or the reason why a text is not one. */
export type EmailVerdict =
  { readonly ok: true; readonly email: string } | { readonly ok: false; readonly message: string };

/** RFC 5321, 4.5.3.1: octets. */
const MAX_LOCAL = 64;
const MAX_DOMAIN = 255;

/**
 * Reads an e-mail address as sources write it. Spaces, quotes and invisible characters around it, `mailto:`, a display
 * name (`Ann <a@x.example>`), and a full stop or separators after it are removed. The rest must be one address: a
 * non-empty local part (RFC 5321: dot-atom or quoted; RFC 6531: letters of any script) and a domain name of at least
 * one label that IDNA can write in ASCII.
 *
 * Several addresses in one text are refused, because it is unknown which one belongs to the user.
 */
export function readEmail(text: string): EmailVerdict {
  const address = unwrap(text);
  if (INVISIBLE.test(address)) return refuse('is not an e-mail address: it has invisible characters');
  const at = address.lastIndexOf('@');
  if (at === -1) return refuse('is not an e-mail address: it has no @');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const reason = reasonAgainstLocal(local) ?? reasonAgainstDomain(domain);
  return reason === null ? { ok: true, email: address } : refuse(`is not an e-mail address: ${reason}`);
}

/** Active Directory marks the main address of proxyAddresses with `SMTP:`. */
const SCHEME = /^(?:mailto|smtp):/i;
const DISPLAY_FORM = /^[^<>]*<([^<>]*)>$/;

/** Zero-width characters, direction marks, byte order marks: invisible and not part of an address. */
const INVISIBLE = /[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/u;
const OUTER =
  /^[\s\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+|[\s\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+$/gu;

function unwrap(text: string): string {
  const bare = text.replace(OUTER, '').replace(/[\s;,]+$/u, '');
  const inner = DISPLAY_FORM.exec(bare)?.[1] ?? bare;
  const address = unquote(inner.trim());
  if (!SCHEME.test(address)) return address.replace(/\.$/, '');
  // RFC 6068: the headers of a message follow "?".
  return address.replace(SCHEME, '').replace(/^\/\//, '').replace(/\?.*$/s, '').trim();
}

/** Removes quotes around the whole address, also typographic ones. */
function unquote(text: string): string {
  return text.replace(/^(?:'(.*)'|"([^"]*)"|[“„”](.*)[“”]|‘(.*)’|«(.*)»)$/s, '$1$2$3$4$5').trim();
}

/** RFC 5322 `atext` and, by RFC 6531, everything beyond ASCII. */
const DOT_ATOM = /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u;
const QUOTED = /^"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])+"$/u;
const BLANK = /[\s\p{Cc}]/u;

function reasonAgainstLocal(local: string): string | null {
  if (local === '') return 'the part before the @ is empty';
  if (Buffer.byteLength(local) > MAX_LOCAL) return `the part before the @ is longer than ${MAX_LOCAL} bytes`;
  if (QUOTED.test(local)) return null;
  if (local.includes('@')) return 'it has several @';
  if (BLANK.test(local) || !DOT_ATOM.test(local))
    return 'the part before the @ has a character or dot that is not allowed there';
  return null;
}

/** RFC 5321, 4.1.3. */
const LITERAL = /^\[(?:IPv6:)?[\da-f.:]+\]$/i;
const LABEL = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/i;

function reasonAgainstDomain(domain: string): string | null {
  if (domain === '') return 'the part after the @ is empty';
  if (LITERAL.test(domain)) return null;
  if (BLANK.test(domain)) return 'the domain has blanks';
  // eslint-disable-next-line no-control-regex -- the whole ASCII range is meant
  const ascii = /^[\u0000-\u007f]*$/.test(domain) ? domain : domainToASCII(domain);
  if (ascii === '' || ascii.length > MAX_DOMAIN || !ascii.split('.').every((label) => LABEL.test(label)))
    return 'the domain is not valid';
  return null;
}

function refuse(message: string): EmailVerdict {
  return { ok: false, message };
}
