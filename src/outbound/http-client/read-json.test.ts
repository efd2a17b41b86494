import { describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { readJson } from './parse-json.js';

const text = (name: string) => `{"name":"${name}"}`;
const bytes = (name: string, encoding = 'utf-8', addBOM = false) => iconv.encode(text(name), encoding, { addBOM });
const JSON_TYPE = 'application/json';

describe('readJson', () => {
  test.each<[name: string, given: Buffer, type: string | undefined, expected: string]>([
    ['UTF-8 (RFC 8259, 8.1)', bytes('Jürgen 张'), JSON_TYPE, 'Jürgen 张'],
    ['UTF-8 without a type', bytes('Jürgen'), undefined, 'Jürgen'],
    ['UTF-8 that is declared', bytes('Jürgen'), `${JSON_TYPE}; charset=utf-8`, 'Jürgen'],
    ['a byte order mark', bytes('Jürgen', 'utf-8', true), JSON_TYPE, 'Jürgen'],
    ['ISO 8859-1 that is declared', bytes('Jürgen', 'latin1'), `${JSON_TYPE}; charset=iso-8859-1`, 'Jürgen'],
    ['the charset in quotes', bytes('Jürgen', 'latin1'), `${JSON_TYPE};charset="ISO-8859-1"`, 'Jürgen'],
    ['the charset in single quotes', bytes('Jürgen', 'latin1'), `${JSON_TYPE};charset='iso-8859-1'`, 'Jürgen'],
    ['the name in upper case', bytes('Jürgen', 'latin1'), `${JSON_TYPE};CHARSET=Latin1`, 'Jürgen'],
    ['spaces around the equals sign', bytes('Jürgen', 'latin1'), `${JSON_TYPE} ; charset = latin1`, 'Jürgen'],
    ['another parameter behind', bytes('Jürgen', 'latin1'), `${JSON_TYPE}; charset=latin1; v=2`, 'Jürgen'],
    ['windows-1252', bytes('“Zoë” €', 'win1252'), `${JSON_TYPE}; charset=windows-1252`, '“Zoë” €'],
    ['windows-1251', bytes('Ольга', 'win1251'), `${JSON_TYPE}; charset=windows-1251`, 'Ольга'],
    ['ISO 8859-2', bytes('Łukasz', 'iso-8859-2'), `${JSON_TYPE}; charset=iso-8859-2`, 'Łukasz'],
    ['GBK', bytes('张伟', 'gbk'), `${JSON_TYPE}; charset=gbk`, '张伟'],
    ['GBK whose bytes are valid UTF-8 too', bytes('联通', 'gbk'), `${JSON_TYPE}; charset=gbk`, '联通'],
    ['GB18030', bytes('㐂伟', 'gb18030'), `${JSON_TYPE}; charset=gb18030`, '㐂伟'],
    ['Shift_JIS', bytes('表示', 'shift_jis'), `${JSON_TYPE}; charset=Shift_JIS`, '表示'],
    ['Big5', bytes('許功蓋', 'big5'), `${JSON_TYPE}; charset=big5`, '許功蓋'],
    ['EUC-KR', bytes('김철수', 'euc-kr'), `${JSON_TYPE}; charset=euc-kr`, '김철수'],
    ['UTF-16 with a mark', bytes('Jürgen', 'utf-16le', true), `${JSON_TYPE}; charset=utf-16`, 'Jürgen'],
    ['UTF-16 without a mark or a charset', bytes('Jürgen', 'utf-16be'), JSON_TYPE, 'Jürgen'],
    ['UTF-16LE that is declared', bytes('Jürgen', 'utf-16le'), `${JSON_TYPE}; charset=utf-16le`, 'Jürgen'],
    ['UTF-32 with a mark', bytes('Jürgen', 'utf-32le', true), JSON_TYPE, 'Jürgen'],
    ['a mark wins over the charset', bytes('Jürgen', 'utf-8', true), `${JSON_TYPE}; charset=iso-8859-1`, 'Jürgen'],
    [
      'a mark of UTF-16 wins over the charset',
      bytes('Jürgen', 'utf-16le', true),
      `${JSON_TYPE}; charset=utf-8`,
      'Jürgen',
    ],
    ['UTF-8 that is called ISO 8859-1', bytes('Jürgen'), `${JSON_TYPE}; charset=ISO-8859-1`, 'Jürgen'],
    ['UTF-8 that is called US-ASCII', bytes('Jürgen'), `${JSON_TYPE}; charset=us-ascii`, 'Jürgen'],
    ['an unknown charset', bytes('Jürgen'), `${JSON_TYPE}; charset=klingon`, 'Jürgen'],
    ['an empty charset', bytes('Jürgen'), `${JSON_TYPE}; charset=`, 'Jürgen'],
    ['a charset within another word', bytes('Jürgen'), `${JSON_TYPE}; xcharset=latin1`, 'Jürgen'],
    ['escapes in place of letters', Buffer.from('{"name":"J\\u00fcrgen \\ud83d\\ude00"}'), JSON_TYPE, 'Jürgen 😀'],
  ])('%s', (_name, given, type, expected) => {
    expect(readJson(given, type)).toEqual({ body: { name: expected } });
  });

  test.each<[name: string, given: Buffer, type: string, why: RegExp]>([
    [
      'ISO 8859-1 without a charset',
      bytes('Jürgen', 'latin1'),
      JSON_TYPE,
      /not utf-8 \(the first one is byte 10 in line 1/,
    ],
    ['ISO 8859-1 that is called UTF-8', bytes('Jürgen', 'latin1'), `${JSON_TYPE}; charset=utf-8`, /not utf-8/],
    ['an unknown charset, and no UTF-8', bytes('Jürgen', 'latin1'), `${JSON_TYPE}; charset=klingon`, /not utf-8/],
    ['bytes that GBK has not', Buffer.from('{"name":"\x81"}', 'latin1'), `${JSON_TYPE}; charset=gbk`, /not gbk/],
    ['half a letter', bytes('Jürgen').subarray(0, 11), JSON_TYPE, /not utf-8/],
    ['no byte', Buffer.alloc(0), JSON_TYPE, /empty body/],
    ['white space', Buffer.from(' \r\n'), JSON_TYPE, /white space/],
    ['a web page', Buffer.from('<!DOCTYPE html><title>Sign in</title>'), 'text/html', /web page/],
    ['XML', Buffer.from('\ufeff<?xml version="1.0"?><a/>'), 'text/xml', /XML/],
    ['JSON that is cut', Buffer.from('{"data":[{"id":1},'), JSON_TYPE, /cut off/],
    ['JSON that is cut in a text', Buffer.from('{"data":[{"id":"al'), JSON_TYPE, /cut off/],
    ['text', Buffer.from('Service Unavailable'), 'text/plain', /not JSON/],
    ['two values', Buffer.from('{"a":1}\n{"a":2}'), JSON_TYPE, /not JSON/],
  ])('%s is no JSON, and the reason says why', (_name, given, type, why) => {
    expect(readJson(given, type)).toEqual({ body: undefined, unreadable: expect.stringMatching(why) });
  });

  test('a reason holds nothing of the content', () => {
    const found = readJson(Buffer.from('{"password":"hunter2" oops'), JSON_TYPE);
    expect(JSON.stringify(found)).not.toMatch(/hunter2|oops/);
  });
});
