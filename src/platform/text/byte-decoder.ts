/** Decodes the bytes of one text in order; it throws a TypeError at bytes that are not of the encoding. */
export interface ByteDecoder {
  decode(chunk: Uint8Array): string;
  end(): string;
}

/** The characters of the bytes 0x80 to 0x9f in windows-1252, in order (WHATWG Encoding, index windows-1252). */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** What ICU maps to another control character in ibm866 → what the byte is. */
const IBM866: Readonly<Record<string, string>> = { '\x1c': '\x1a', '\x7f': '\x1c', '\x1a': '\x7f' };

/** A byte that a code page leaves undefined arrives as a control character of U+0080 to U+009F. */
const UNDEFINED_IN_CODE_PAGE = /[\u0080-\u009f]/;

/**
 * A strict decoder of an encoding.
 * @param name of `encodingName`, with a byte order where there are two
 */
export function openByteDecoder(name: string): ByteDecoder {
  if (name.startsWith('utf-32')) return new Utf32Decoder(name === 'utf-32be');
  const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
  const correct = correctionOf(name);
  return {
    decode: (chunk) => correct(decoder.decode(chunk, { stream: true })),
    end: () => correct(decoder.decode()),
  };
}

function correctionOf(name: string): (text: string) => string {
  // eslint-disable-next-line no-control-regex -- these control characters are the fault
  if (name === 'ibm866') return (text) => text.replace(/[\x1a\x1c\x7f]/g, (letter) => IBM866[letter] ?? letter);
  if (name === 'windows-1252') return (text) => refuseUndefined(text.replace(/[\u0080-\u009f]/g, ofWindows1252));
  return name.startsWith('windows-') ? refuseUndefined : (text) => text;
}

/** Node.js 20 reads windows-1252 as ISO 8859-1 (nodejs/node#56542); later versions leave nothing to replace. */
const ofWindows1252 = (letter: string): string => WINDOWS_1252.charAt(letter.charCodeAt(0) - 0x80);

function refuseUndefined(text: string): string {
  if (UNDEFINED_IN_CODE_PAGE.test(text)) throw new TypeError('The code page does not define a byte.');
  return text;
}

const MAX_CODE_POINT = 0x10ffff;

/** Decodes UTF-32 strictly; the platform's TextDecoder does not know it. A code point may be cut by the end of a chunk. */
class Utf32Decoder {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly bigEndian: boolean) {}

  /** @throws TypeError for a number that is no code point of a character (Unicode 16, section 3.9, D90) */
  decode(chunk: Uint8Array): string {
    const bytes = Buffer.concat([this.rest, chunk]);
    const whole = bytes.length - (bytes.length % 4);
    let text = '';
    for (let at = 0; at < whole; at += 4) {
      text += characterOf(this.bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
    }
    this.rest = bytes.subarray(whole);
    return text;
  }

  /** @throws TypeError when the last character is cut */
  end(): string {
    if (this.rest.length > 0) throw new TypeError('The last UTF-32 code point is incomplete.');
    return '';
  }
}

function characterOf(code: number): string {
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code > MAX_CODE_POINT || isSurrogate) throw new TypeError(`0x${code.toString(16)} is not a character.`);
  return String.fromCodePoint(code);
}
