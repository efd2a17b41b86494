import { RequestError } from '../domain/errors.js';
import { refuseUnstorableText } from './refuse-unstorable-text.js';

const refuse = (records: readonly unknown[]) => refuseUnstorableText(records, JSON.stringify(records));

/** The paths that are refused. */
function mistakesOf(records: readonly unknown[]): readonly string[] {
  try {
    refuse(records);
    return [];
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'invalid_text') throw error;
    return (error.errors ?? []).map(({ path }) => path);
  }
}

test.each([
  ['NUL', '\u0000'],
  ['a lone high surrogate', 'a\ud800b'],
  ['a lone low surrogate', '\udc00'],
  ['NUL behind a backslash', '\\\u0000'],
])('R1: %s is refused, naming the record', (_, text) => {
  const records = [{ uid: 'a' }, { uid: 'b', attributes: { note: text } }];
  expect(mistakesOf(records)).toEqual(['records/1']);
});

test.each([
  ['a pair of surrogates', '😀'],
  ['the text of an escape', '\\u0000 and \\ud800'],
  ['other controls', '\u0001'],
])('%s is let through', (_, text) => {
  expect(() => refuse([{ uid: text }])).not.toThrow();
});
