import { type Filter, FilterParser } from 'ldapts';

/**
 * Reads a filter's text (RFC 4515).
 *
 * ldapts takes each `\e4` for a character of its own; the text's bytes beyond ASCII are put together first.
 * @throws Error when it is none.
 */
export function parseFilter(text: string): Filter {
  return FilterParser.parseString(text.replace(/(\\[89a-f][0-9a-f])+/gi, decodeBytes));
}

function decodeBytes(escapes: string): string {
  const bytes = Buffer.from(escapes.replaceAll('\\', ''), 'hex');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? escapes : text;
}
