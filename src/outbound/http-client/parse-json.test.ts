import { readExternalId } from '../../domain/external-id.js';
import { Numeral } from '../../domain/numeral.js';
import { parseJson, parseRecords } from './parse-json.js';

describe('parseJson keeps every digit', () => {
  test.each<[string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['1203598231937712129', '1203598231937712129'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1.5', 1.5],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['3.14159265358979323846', '3.14159265358979323846'],
    ['1e400', '1e400'],
    ['-1e400', '-1e400'],
    ['1e-400', '1e-400'],
    ['0.1', 0.1],
    ['1e21', 1e21],
    ['"9007199254740993"', '9007199254740993'],
    ['"a \\" 9007199254740993"', 'a " 9007199254740993'],
  ])('%s', (text, wanted) => {
    expect(parseJson(text)).toEqual(wanted);
    expect(parseJson(`{"a":[ ${text} ,1],"b":${text}}`)).toEqual({ a: [wanted, 1], b: wanted });
  });
  test.each(['{"a":01e5}', '[1e]', '[-]', '[1.]', '[0123456789012345678]', '{"a":"1e5}', '[1e5', '[+1e5]', '[.1e5]'])(
    '%s is no JSON',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
      expect(() => parseRecords(text)).toThrow(SyntaxError);
    },
  );
});

/** A JavaScript number holds these exactly, and its text has the same digits. The number is still no safe integer. */
describe('R1: an integer beyond 2^53 is text, also where no digit would be lost', () => {
  test.each([
    '9007199254740992',
    '-9007199254740992',
    '9007199254740994',
    '9999999999999998',
    '10000000000000000',
    '12345678901234568',
    '76561197960265730',
    '144115188075855870',
    '1234567890123456800',
    '100000000000000000000',
    '1000000000000000000000',
  ])('%s', (text) => {
    const body = `{"uid":${text},"list":[${text}]}`;
    const wanted = { uid: text, list: [text] };
    expect([parseJson(body), parseRecords(body)]).toEqual([wanted, wanted]);
    expect(readExternalId((parseRecords(body) as { uid: unknown }).uid)).toEqual({ ok: true, externalId: text });
  });
});

describe('parseRecords keeps the spelling of unusual numbers', () => {
  test.each(['1e3', '-0', '1.0', '1.50', '1e400', '3.14159265358979323846', '-0.0', '10E-1', '0e5'])('%s', (text) => {
    expect(parseRecords(`{"a":[${text}]}`)).toEqual({ a: [new Numeral(text)] });
  });
  test.each<[string, unknown]>([
    ['9007199254740993', '9007199254740993'],
    ['-5', -5],
    ['0', 0],
    ['0.5', 0.5],
    ['"1e3"', '1e3'],
  ])('%s is as parseJson reads it', (text, wanted) => {
    expect(parseRecords(`{"a":${text},"b":1e3}`)).toEqual({ a: wanted, b: new Numeral('1e3') });
  });
  test.each<[string, number | string]>([
    ['1e3', 1000],
    ['-0', 0],
    ['1.0', 1],
    ['1.50', 1.5],
    ['1e400', '1e400'],
    ['9007199254740993.0', '9007199254740993.0'],
    ['12300e-2', 123],
  ])('as JSON, %s is %j', (text, wanted) => {
    expect(JSON.parse(JSON.stringify(new Numeral(text)))).toBe(wanted);
  });
});
