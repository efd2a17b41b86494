import { expect, test } from '@jest/globals';
import { rankDelimiters } from './find-header.js';

test.each([
  ['uid,nickname', ','],
  ['uid;nickname;"a,b,c,d"', ';'],
  ['uid\tnick name\te-mail', '\t'],
  ['uid|nickname', '|'],
  ['path', ','],
  ['"say ""hi, there""";uid', ';'],
])('the header %j has the delimiter %j', (header, delimiter) => {
  expect(rankDelimiters(header)[0]).toBe(delimiter);
});
