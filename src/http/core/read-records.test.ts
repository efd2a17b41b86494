import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRecords } from '../../outbound/http-client/parse-json.js';
import { readLines } from './read-lines.js';
import { readRecords } from './read-records.js';

const unlimited = { takeRecords: () => undefined };
const read = (text: string) => readRecords(Buffer.from(text), unlimited);
const invalid = expect.objectContaining({ status: 400, code: 'invalid_json' });

describe('R1: a body that is read in pieces is the body that is read whole', () => {
  test('any object with lists', async () => {
    const record = fc.oneof(fc.json({ maxDepth: 4 }), fc.constantFrom('1.0', '-0', '1e3', '12345678901234567890'));
    const list = fc.array(record, { maxLength: 20 }).map((records) => `[${records.join(' , ')}]`);
    const key = fc.constantFrom('"records"', '"kind"', '"other"', '"r\\u0065cords"', '" "');
    const entry = fc.tuple(key, fc.oneof(list, record)).map(([name, value]) => `${name} : ${value}`);
    const body = fc.array(entry, { maxLength: 5 }).map((entries) => `{${entries.join(',')}}`);
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        if (/__proto__|constructor|prototype/.test(text)) return;
        expect(await read(text)).toEqual(parseRecords(text));
      }),
    );
  });

  test('any text that is nearly JSON is refused or read as a whole would be', async () => {
    const part = fc.constantFrom('{', '}', '[', ']', ',', ':', '"records"', '"', '1', ' ', '\\', '{"records":[', ']}');
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 20 }), async (parts) => {
        const text = parts.join('');
        let whole: unknown;
        try {
          whole = parseRecords(text);
        } catch {
          await expect(read(text)).rejects.toMatchObject({ status: 400, code: 'invalid_json' });
          return;
        }
        expect(await read(text)).toEqual(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['{"records":[1,]}', '{"records":[,1]}', '{"records":[1,,2]}', '{"records":[,]}', '{"records":[1'])(
    '%s is no JSON',
    (text) => expect(read(text)).rejects.toEqual(invalid),
  );

  test('of a key that comes twice the last one counts', async () => {
    expect(await read('{"records":[1],"records":[2,3]}')).toEqual({ records: [2, 3] });
  });

  test('many groups keep their order', async () => {
    const records = Array.from({ length: 10_000 }, (_, at) => ({ uid: `u${at}`, note: '€'.repeat(30) }));
    expect(await read(JSON.stringify({ kind: 'user', records }))).toEqual({ kind: 'user', records });
  });

  test('a byte order mark is left out at the beginning and is no JSON further on', async () => {
    expect(await read('\ufeff{"records":[1]}')).toEqual({ records: [1] });
    await expect(read('{"records":[\ufeff1]}')).rejects.toEqual(invalid);
  });
});

describe('records are counted and measured before they are parsed', () => {
  const items = (count: number, item: string) => `{"records":[${Array.from({ length: count }, () => item).join(',')}]}`;

  test('10,000 pass, more do not, whatever they are', async () => {
    expect(await read(items(10_000, '{}'))).toMatchObject({ records: { length: 10_000 } });
    for (const item of ['{}', 'no JSON'])
      await expect(read(items(10_001, item))).rejects.toMatchObject({ status: 413, code: 'too_many_records' });
  });

  test('a record of more than 1 MB is refused with its place', async () => {
    const large = `"${'x'.repeat(1_048_577)}"`;
    await expect(read(`{"records":[1,${large},2]}`)).rejects.toMatchObject({
      ...{ status: 413, code: 'payload_too_large' },
      message: expect.stringContaining('position 1'),
    });
    await expect(read(`{"kind":${large},"records":[]}`)).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  test('10,000 lines with content pass, more do not, whatever they are', async () => {
    const lines = (count: number, line: string) => readLines(Buffer.from(`${line}\n\n`.repeat(count)), unlimited);
    expect(await lines(10_000, '{}')).toHaveLength(10_000);
    await expect(lines(10_001, 'no JSON')).rejects.toMatchObject({ status: 413, code: 'too_many_records' });
  });
});
