import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scanJson } from './scan-json.js';

const scan = (text: string) => scanJson(Buffer.from(text));
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const keys = (count: number) => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',')}}`;

test('16 levels pass, 17 do not, also where brackets stand in texts', () => {
  scan(nested(16));
  scan(`{"a":"${'[{'.repeat(50)}","b":"\\"[[[["}`);
  scan(`${nested(16)}\n${nested(16)}`);
  expect(() => scan(nested(17))).toThrow(expect.objectContaining({ status: 422, code: 'too_deep' }));
  expect(() => scan('{"a":'.repeat(17))).toThrow(expect.objectContaining({ code: 'too_deep' }));
});

test('10,000 keys in one object pass, one more does not, and no more than 500,000 in all', () => {
  scan(keys(10_000));
  scan(`[${Array.from({ length: 50 }, () => keys(10_000)).join(',')}]`);
  expect(() => scan(keys(10_001))).toThrow(expect.objectContaining({ status: 422, code: 'too_many_keys' }));
  const many = `[${Array.from({ length: 51 }, () => keys(10_000)).join(',')}]`;
  expect(() => scan(many)).toThrow(expect.objectContaining({ code: 'too_many_keys' }));
});

describe('keys of what all objects share', () => {
  test.each([
    '{"__proto__":{"admin":true}}',
    '{"a":[{"constructor" : {"prototype":{}}}]}',
    '{"prototype"\n:1}',
    '{"\\u005f_proto__":1}',
    '{"\\u0063\\u006f\\u006e\\u0073\\u0074\\u0072\\u0075\\u0063\\u0074\\u006f\\u0072":1}',
  ])('%s is refused', (text) => {
    expect(() => scan(text)).toThrow(expect.objectContaining({ status: 422, code: 'forbidden_key' }));
  });

  test.each(['{"a":"__proto__"}', '["constructor"]', '{"__proto":1,"constructors":2}', '{"say \\"__proto__\\"":1}'])(
    '%s holds none',
    (text) => expect(() => scan(text)).not.toThrow(),
  );
});

test('any small JSON passes, written in any way', () => {
  const harmless = fc.json({ maxDepth: 10 }).filter((text) => !/__proto__|constructor|prototype/.test(text));
  fc.assert(fc.property(harmless, (text) => expect(() => scan(text)).not.toThrow()));
});

test('whatever bytes are sent, it ends with nothing or a refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        scanJson(bytes);
      } catch (error) {
        expect(error).toMatchObject({ status: 422 });
      }
    }),
  );
});
