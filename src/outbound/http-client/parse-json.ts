import { randomBytes } from 'node:crypto';
import { isExact, Numeral } from '../../domain/numeral.js';
import { decodeBytes, UndecodableTextError } from '../../platform/text/strict-decoder.js';
import { encodingName } from '../../platform/text/find-encoding.js';

/** A text, or a number. Texts are matched whole, so that none is changed. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Whether a number of the text may be one that a JavaScript number does not keep: a long one, one with an exponent, one
 * that ends in zeros behind the point, or -0. A text may look like one, which costs time only.
 */
const SPECIAL = /(?:^|[[:,])\s*-?(?:\d{16}|\d*\.\d{15}|\d+(?:\.\d+)?[eE]|\d+\.\d*0(?!\d)|0(?![.\d]))/;

const INTEGER = /^-?\d+$/;

/**
 * Parses JSON without losing digits: integers beyond 2^53 come as text, as they were sent, and so do other numbers that
 * a JavaScript number would round. The one parser of everything that outside systems send.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  if (!SPECIAL.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(rewriteNumbers(text, (number) => (isKept(number) ? number : `"${number}"`))) as unknown;
}

/**
 * The same for records that are pushed: numbers in an unusual spelling (`1e3`, `-0`, `1.0`) come as `Numeral`, so that
 * an id is not made of one (R1).
 * @throws SyntaxError
 */
export function parseRecords(text: string): unknown {
  if (!SPECIAL.test(text)) return JSON.parse(text) as unknown;
  // Nothing that was sent can begin with it: it is made anew for each text.
  const mark = randomBytes(12).toString('hex');
  let marked = 0;
  const rewritten = rewriteNumbers(text, (number) => {
    if (isPlainInteger(number)) return isKept(number) ? number : `"${number}"`;
    if (String(Number(number)) === number) return number;
    marked += 1;
    return `"${mark}${number}"`;
  });
  if (marked === 0) return JSON.parse(rewritten) as unknown;
  return JSON.parse(rewritten, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? new Numeral(value.slice(mark.length)) : value,
  ) as unknown;
}

/**
 * An integer beyond 2^53 is not kept even where its digits would be: its value can't be distinguished from a rounded
 * one.
 */
const isKept = (number: string) => (isPlainInteger(number) ? Number.isSafeInteger(Number(number)) : isExact(number));

/** JSON has no leading zeros; what is left is refused by the parser. */
const isPlainInteger = (number: string) => INTEGER.test(number) && !/^-?0/.test(number);

function rewriteNumbers(text: string, rewrite: (number: string) => string): string {
  return text.replaceAll(TEXT_OR_NUMBER, (token) =>
    token.startsWith('"') || !JSON_NUMBER.test(token) ? token : rewrite(token),
  );
}

/** RFC 8259, 6. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The body of an answer: a value, or why it is none. The reason goes into messages and has nothing of the content. */
type JsonBody = { readonly body: unknown } | { readonly body: undefined; readonly unreadable: string };

/**
 * Reads the body of an answer as JSON. Never throws: an error page of a proxy still has a status that says enough.
 * @param contentType as it was sent
 */
export function readJson(bytes: Uint8Array, contentType: string | readonly string[] | undefined): JsonBody {
  if (bytes.length === 0) return { body: undefined, unreadable: 'an empty body' };
  let text: string;
  try {
    text = decodeJson(bytes, charsetOf(contentType));
  } catch (error) {
    if (!(error instanceof UndecodableTextError)) throw error;
    const { encoding, offset, line } = error;
    const place = `the first one is byte ${offset} in line ${line}`;
    return { body: undefined, unreadable: `bytes that are not ${encoding} (${place})` };
  }
  try {
    return { body: parseJson(text) };
  } catch (error) {
    return { body: undefined, unreadable: whyNoJson(text, error) };
  }
}

/** Encodings in which valid UTF-8 can also be text of the encoding itself. */
const MULTI_BYTE = /^(?:utf-|gb|big5|euc-|iso-2022|shift_jis)/;

/**
 * JSON is UTF-8 (RFC 8259, 8.1), but servers send other charsets and declare them. In order: a byte order mark; a
 * declared charset that this server knows; the Unicode encoding of the bytes. Text in a single-byte charset is never
 * valid UTF-8 beyond ASCII in practice, so bytes that are UTF-8 are read as UTF-8 whatever such a charset is declared.
 */
function decodeJson(bytes: Uint8Array, charset: string | undefined): string {
  const name = charset === undefined ? null : encodingName(charset);
  if (name === null) return decodeBytes(bytes);
  if (MULTI_BYTE.test(name)) return decodeBytes(bytes, name);
  try {
    return decodeBytes(bytes, 'utf-8');
  } catch (error) {
    if (error instanceof UndecodableTextError) return decodeBytes(bytes, name);
    throw error;
  }
}

/** `charset="utf-8"`, `Charset=utf-8`, `charset = 'utf-8'` … (RFC 9110, 8.3.1, and what servers make of it). */
function charsetOf(contentType: string | readonly string[] | undefined): string | undefined {
  const text = typeof contentType === 'string' ? contentType : (contentType?.at(-1) ?? '');
  const [, quoted, plain] = /[;,\s]charset\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(text) ?? [];
  return quoted ?? plain;
}

function whyNoJson(text: string, error: unknown): string {
  if (text.trim() === '') return 'a body of white space';
  if (/^\s*</.test(text)) return 'a web page or XML';
  const isCut =
    error instanceof SyntaxError && /end of JSON input|Unterminated|after (?:array|property)/i.test(error.message);
  return isCut && /^\s*[[{]/.test(text) ? 'JSON that is cut off or broken' : 'something that is not JSON';
}
