import { expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { detectEncoding, isKnownEncoding } from './decode-text.js';

const chinese = 'uid,nickname,title\n1,王小明,工程师\n2,李雷,销售经理\n3,张伟,人事\n';
const label = 'users file "a.csv"';

test.each([
  ['utf-8', 'uid,nickname\n1,Jörg\n', 'utf8', false],
  ['utf-8', 'uid,nickname\n1,Bob\n', 'utf8', true],
  ['utf-16le', chinese, 'utf-16le', true],
  ['utf-16be', chinese, 'utf-16be', true],
  ['utf-16le', chinese, 'utf-16le', false],
  ['utf-16be', chinese, 'utf-16be', false],
  ['gb18030', chinese, 'gb18030', false],
])('%s is found (%j as %s, mark: %p)', (found, text, encoding, addBOM) => {
  expect(detectEncoding(iconv.encode(text, encoding, { addBOM }), label)).toBe(found);
});

test('a letter that is cut by the end of the sample is no mistake', () => {
  expect(detectEncoding(Buffer.from('uid,nickname\n1,ö').subarray(0, -1), label)).toBe('utf-8');
});

test.each([
  ['one byte a letter fits every file', iconv.encode('uid,nickname\n1,Jörg Müller\n', 'windows-1252')],
  ['too few letters to be sure', iconv.encode('uid,nickname\n1,王明\n', 'gb18030')],
])('what is not sure is refused: %s', (_, bytes) => {
  expect(() => detectEncoding(bytes, label)).toThrow(/users file "a\.csv"/);
});

test('an encoding that the platform does not know is refused', () => {
  expect(['gb18030', 'GBK', 'utf-8', 'windows-1252', 'shift_jis', 'klingon', ''].map(isKnownEncoding)).toEqual([
    ...[true, true, true, true, true],
    ...[false, false],
  ]);
});
