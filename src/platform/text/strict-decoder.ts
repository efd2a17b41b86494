import { type ByteDecoder, openByteDecoder } from './byte-decoder.js';
import { findEncoding } from './find-encoding.js';

/** Bytes are not of the encoding in which a text is decoded. */
export class UndecodableTextError extends Error {
  override readonly name = 'UndecodableTextError';
  /**
   * @param offset of the first bad byte from the first byte of the text, from 0
   * @param line in which it stands, from 1; CRLF, LF and CR each end a line
   */
  constructor(
    readonly encoding: string,
    readonly offset: number,
    readonly line: number,
    options?: ErrorOptions,
  ) {
    super(`Byte ${offset}, in line ${line}, is not ${encoding}.`, options);
  }
}

const SLICE_BYTES = 65_536;

/**
 * Decodes one text chunk by chunk, refuses bytes that are not of the encoding and names their place. Byte order marks
 * at the start, one or several, are left out.
 */
export class StrictDecoder {
  private readonly ahead: ByteDecoder;
  /** One slice behind: its state is needed to find the place of a bad byte. */
  private readonly behind: ByteDecoder;
  private slice: Uint8Array = new Uint8Array(0);
  private readonly lines = new LineCounter();
  private bytesBehind = 0;
  private hasText = false;

  /** @param encoding a name that `findEncoding` gives */
  constructor(private readonly encoding: string) {
    this.ahead = openByteDecoder(encoding);
    this.behind = openByteDecoder(encoding);
  }

  /** @throws UndecodableTextError */
  write(chunk: Uint8Array): string {
    let text = '';
    for (let at = 0; at < chunk.length; at += SLICE_BYTES)
      text += this.writeSlice(chunk.subarray(at, at + SLICE_BYTES));
    return this.withoutMarks(text);
  }

  /** @throws UndecodableTextError when the last character is cut */
  end(): string {
    try {
      return this.withoutMarks(this.ahead.end());
    } catch (cause) {
      throw this.locate(new Uint8Array(0), cause);
    }
  }

  private writeSlice(slice: Uint8Array): string {
    let text: string;
    try {
      text = this.ahead.decode(slice);
    } catch (cause) {
      throw this.locate(slice, cause);
    }
    this.lines.add(this.behind.decode(this.slice));
    this.bytesBehind += this.slice.length;
    this.slice = slice;
    return text;
  }

  /** Decodes the last two slices again, byte by byte: a bad sequence begins where nothing is pending. */
  private locate(next: Uint8Array, cause: unknown): UndecodableTextError {
    let start = 0;
    const bytes = Buffer.concat([this.slice, next]);
    try {
      for (let at = 0; at < bytes.length; at += 1) {
        const text = this.behind.decode(bytes.subarray(at, at + 1));
        if (text !== '') start = at + 1;
        this.lines.add(text);
      }
    } catch {
      // The place is known now.
    }
    return new UndecodableTextError(this.encoding, this.bytesBehind + start, this.lines.line, { cause });
  }

  private withoutMarks(text: string): string {
    if (this.hasText || text === '') return text;
    const bare = text.replace(/^\ufeff+/, '');
    this.hasText = bare !== '';
    return bare;
  }
}

/** Counts the lines of a text that comes in parts. */
class LineCounter {
  line = 1;
  private afterCr = false;

  add(text: string): void {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 13 || (code === 10 && !this.afterCr)) this.line += 1;
      this.afterCr = code === 13;
    }
  }
}

const SAMPLE_BYTES = 65_536;

/**
 * Decodes a whole text: by its byte order mark, else as declared, else as the Unicode encoding that its bytes are,
 * else as UTF-8. Byte order marks are left out.
 * @param declared the label that the sender gives, e.g. the charset of an HTTP answer
 * @throws UnknownEncodingError UndecodableTextError
 */
export function decodeBytes(bytes: Uint8Array, declared?: string): string {
  const encoding = findEncoding(bytes.subarray(0, SAMPLE_BYTES), declared) ?? 'utf-8';
  const decoder = new StrictDecoder(encoding);
  return decoder.write(bytes) + decoder.end();
}
