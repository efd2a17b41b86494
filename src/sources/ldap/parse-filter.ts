import { type Filter, FilterParser } from 'ldapts';

/**
 * Reads a filter's text (RFC 4515).
 *
 * ldapts takes each `\e4` for a character of its own; the text's bytes beyond ASCII are put together first.
 * @throws Error when it is none.
 */
export function parseFilter(text: string): Filter {
  // Parentheses of values are escaped, so every one counts; ldapts forgives a missing last one.
  if (text.split('(').length !== text.split(')').length) throw new Error('its parentheses do not match');
  return FilterParser.parseString(text.replace(/(\\[89a-f][0-9a-f])+/gi, decodeBytes));
}

function decodeBytes(escapes: string): string {
  const bytes = Buffer.from(escapes.replaceAll('\\', ''), 'hex');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? escapes : text;
}
