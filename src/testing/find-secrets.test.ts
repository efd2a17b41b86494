import fc from 'fast-check';
import { findSecretsIn } from './find-secrets.js';

const canary = { name: 'it', text: 'c4nary/+&%"ü-0123456789' };

test.each([
  ['in clear', (text: string) => `before ${text} after`],
  ['in JSON', (text: string) => JSON.stringify({ a: [text] })],
  ['in JSON in JSON in a dump', (text: string) => JSON.stringify(JSON.stringify(text)).replaceAll('\\', '\\\\')],
  ['in an address', (text: string) => `https://a:${encodeURIComponent(text)}@b/`],
  ['in a form', (text: string) => new URLSearchParams({ b: text }).toString()],
  ['in hex', (text: string) => Buffer.from(text).toString('hex')],
  ['in base64url', (text: string) => Buffer.from(`user:${text}!`).toString('base64url')],
])('a leak %s is found', (_how, write) => {
  expect(findSecretsIn([{ from: 'there', text: write(canary.text) }], [canary])).toEqual(['it in there']);
});

test('a leak in base64 is found whatever stands around it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (before, after) => {
      const text = Buffer.from(before + canary.text + after).toString('base64');
      expect(findSecretsIn([{ from: 'there', text }], [canary])).toEqual(['it in there']);
    }),
  );
});

test('nothing is found where there is nothing', () => {
  expect(findSecretsIn([{ from: 'there', text: canary.text.slice(1) }], [canary])).toEqual([]);
});
