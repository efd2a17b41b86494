import { describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { decodeBytes, StrictDecoder, UndecodableTextError } from './strict-decoder.js';
import { encodingName, findEncoding, UnknownEncodingError } from './find-encoding.js';

const people = 'uid,name\r\n1,Zoë Müller\r\n2,王小明\r\n3,😀 O’Brien\r\n';

describe('the encoding of a text', () => {
  test.each([
    ['utf8', 'utf-8'],
    ['utf-16le', 'utf-16le'],
    ['utf-16be', 'utf-16be'],
    ['utf-32le', 'utf-32le'],
    ['utf-32be', 'utf-32be'],
  ])('%s is found with and without a byte order mark, and read whole', (written, name) => {
    for (const addBOM of [true, false]) {
      const bytes = iconv.encode(people, written, { addBOM });
      expect(findEncoding(bytes)).toBe(name);
      expect(decodeBytes(bytes)).toBe(people);
    }
  });

  test.each([
    ['Latin', 'uid,name\n1,Ann\n'],
    ['Cyrillic', 'ид,имя\n1,Анна\n2,Пётр\n'],
    ['Chinese only', '工号,姓名,部门\n一,王小明,销售\n二,李雷,人事\n'],
    ['Hindi', 'आईडी,नाम\n१,सीता\n'],
    ['JSON', '{"a":1}'],
    ['JSON of one digit', '7'],
    ['Thai', 'รหัส;ชื่อ\n1;สมชาย\n'],
    ['emoji', 'id,name\n1,😀😀😀\n'],
  ])('UTF-16 without a mark is found: %s', (_, text) => {
    expect(decodeBytes(iconv.encode(text, 'utf-16le', { addBOM: false }))).toBe(text);
    expect(decodeBytes(iconv.encode(text, 'utf-16be', { addBOM: false }))).toBe(text);
  });

  test.each([
    ['uid,username\n1,a\0b\n'],
    ['uid,a\n1,\0x\n'],
    ['\0uid,name\n1,Ann\n'],
    ['uid,name\n1,Ann\n\0'],
    ['uid,name\n1,Zoë\0\n2,王\0小明\n'],
    [`uid,name\n${'1,Ann\0\n'.repeat(50)}`],
  ])('UTF-8 with NUL characters stays UTF-8: %j', (text) => {
    expect(findEncoding(Buffer.from(text))).toBe('utf-8');
    expect(decodeBytes(Buffer.from(text))).toBe(text);
  });

  test('a byte order mark outweighs what is declared', () => {
    expect(decodeBytes(iconv.encode(people, 'utf-16le', { addBOM: true }), 'iso-8859-1')).toBe(people);
    expect(decodeBytes(iconv.encode(people, 'utf-8', { addBOM: true }), 'gb18030')).toBe(people);
  });

  test.each([
    ['utf-16', 'utf-16be'],
    ['UTF-16', 'utf-16le'],
    ['utf-32', 'utf-32be'],
    ['UTF-32', 'utf-32le'],
  ])('declared as %s, the byte order of %s is found', (declared, written) => {
    expect(decodeBytes(iconv.encode(people, written, { addBOM: false }), declared)).toBe(people);
  });

  test('several byte order marks are no text, one in the middle is', () => {
    expect(decodeBytes(Buffer.from('\ufeff\ufeff\ufeffuid\ufeff\n'))).toBe('uid\ufeff\n');
    expect(decodeBytes(iconv.encode('\ufeffuid', 'utf-16be', { addBOM: true }))).toBe('uid');
    expect(decodeBytes(iconv.encode('\ufeffuid', 'gb18030'), 'gb18030')).toBe('uid');
  });
});

describe('the name of an encoding', () => {
  test.each([
    ['UTF8', 'utf-8'],
    [' "utf-8" ', 'utf-8'],
    ["'UTF-8'", 'utf-8'],
    ['utf-8-sig', 'utf-8'],
    ['utf8mb4', 'utf-8'],
    ['latin1', 'windows-1252'],
    ['ISO-8859-1', 'windows-1252'],
    ['us-ascii', 'windows-1252'],
    ['cp936', 'gbk'],
    ['GB2312', 'gbk'],
    ['UTF-16', 'utf-16'],
    ['UTF-32BE', 'utf-32be'],
    ['klingon', null],
    ['', null],
    ['constructor', null],
  ])('%j is %s', (label, name) => {
    expect(encodingName(label)).toBe(name);
  });

  test('an unknown declared label is an error that names it', () => {
    expect(() => decodeBytes(Buffer.from('{}'), 'klingon')).toThrow(UnknownEncodingError);
    expect(() => decodeBytes(Buffer.from('{}'), 'klingon')).toThrow('"klingon"');
  });
});

/** The code pages as published by their vendors, in the tables of another library. */
describe('code pages', () => {
  /** WHATWG and the tables differ: the one reads them, the other does not. Neither stands in names. */
  const disputed = new Set(['windows-1253 170', 'windows-1255 202']);
  const pages = ['1250', '1251', '1252', '1253', '1254', '1255', '1256', '1257', '1258'].map((one) => `windows-${one}`);
  test.each([...pages, 'iso-8859-2', 'iso-8859-5', 'iso-8859-7', 'iso-8859-15', 'koi8-r', 'koi8-u', 'ibm866'])(
    '%s: every byte is the character of the code page, or refused where there is none',
    (name) => {
      for (let byte = 0; byte < 256; byte += 1) {
        if (disputed.has(`${name} ${byte}`)) continue;
        const bytes = Buffer.from([byte]);
        const right = iconv.decode(bytes, name);
        if (right === '\ufffd') expect(() => decodeBytes(bytes, name)).toThrow(UndecodableTextError);
        else expect(decodeBytes(bytes, name)).toBe(right);
      }
    },
  );
});

describe('bytes that are not of the encoding', () => {
  const failure = (bytes: Uint8Array, declared?: string): UndecodableTextError => {
    try {
      decodeBytes(bytes, declared);
    } catch (error) {
      if (error instanceof UndecodableTextError) return error;
      throw error;
    }
    throw new Error('decoded');
  };
  const far = Buffer.from(`uid,name\r\n${'1,Ännchen\r\n'.repeat(20_000)}`);

  test.each([
    ['a byte of Latin-1', Buffer.from([0x61, 0x0a, 0x62, 0xe4, 0x62]), undefined, 3, 2],
    ['a continuation alone', Buffer.from([0x80]), undefined, 0, 1],
    ['a sequence that is left', Buffer.from([0x61, 0xc3, 0x28]), undefined, 1, 1],
    ['an overlong slash', Buffer.from([0x61, 0xc0, 0xaf]), undefined, 1, 1],
    ['a surrogate in UTF-8', Buffer.from([0x0d, 0x0a, 0xed, 0xa0, 0x80]), undefined, 2, 2],
    ['beyond Unicode', Buffer.from([0xf4, 0x90, 0x80, 0x80]), undefined, 0, 1],
    ['a cut end', Buffer.from('a\rb\n王').subarray(0, -1), undefined, 4, 3],
    ['far behind', Buffer.concat([far, Buffer.from([0xff, 0x0a])]), undefined, far.length, 20_002],
    ['a cut end far behind', Buffer.concat([far, Buffer.from([0xe7, 0x8e])]), undefined, far.length, 20_002],
    ['half a UTF-16 unit', Buffer.from([0x61, 0, 0x0a, 0, 0x62]), 'utf-16le', 4, 2],
    ['a lone surrogate in UTF-16', Buffer.from([0x61, 0, 0x00, 0xd8, 0x62, 0]), 'utf-16le', 2, 1],
    ['no code point of UTF-32', Buffer.from([0x61, 0, 0, 0, 0, 0, 0x11, 0]), 'utf-32le', 4, 1],
    ['a cut UTF-32', Buffer.from([0, 0, 0, 0x61, 0, 0]), 'utf-32be', 4, 1],
    ['undefined in the code page', Buffer.from([0x61, 0x0a, 0x81]), 'windows-1252', 2, 2],
    ['a cut gb18030', iconv.encode('1\n王', 'gb18030').subarray(0, -1), 'gb18030', 2, 2],
    ['Shift_JIS that is not', Buffer.from([0x61, 0x82, 0x0a]), 'shift_jis', 1, 1],
  ])('%s is refused with its place', (_, bytes, declared, offset, line) => {
    expect(failure(bytes, declared)).toMatchObject({ offset, line });
  });

  test('in chunks of every size, text and place are the same', () => {
    const bad = Buffer.concat([Buffer.from(people), Buffer.from([0xe7, 0x28])]);
    for (let size = 4; size < 20; size += 1) {
      const decoder = new StrictDecoder('utf-8');
      let text = '';
      const read = (): void => {
        for (let at = 0; at < bad.length; at += size) text += decoder.write(bad.subarray(at, at + size));
      };
      expect(read).toThrow(expect.objectContaining({ offset: bad.length - 2, line: 5 }));
      expect(people.startsWith(text)).toBe(true);
    }
  });
});
