import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { parserOptions, type ParsedRecord } from './csv-parser.js';
import { readQuotes } from './read-quotes.js';

test.each([
  ['1,Robert "Bob" Smith', ['1', 'Robert "Bob" Smith']],
  ['1,5" pipe,x', ['1', '5" pipe', 'x']],
  ['1,Ann"', ['1', 'Ann"']],
  ['1,a""b', ['1', 'a""b']],
  ['1,"Ann ""A"" Lee"', ['1', 'Ann "A" Lee']],
  ['1,""', ['1', '']],
  ['1,"""",x', ['1', '"', 'x']],
  ['1,"a,b",c\r\n', ['1', 'a,b', 'c']],
  ['1,"a\r\nb"\n', ['1', 'a\r\nb']],
  ['1, "Smith, Ann" ,x', ['1', 'Smith, Ann', 'x']],
  ['1,\u00a0"Ann"', ['1', 'Ann']],
  ['1, "Bob" Smith', ['1', ' "Bob" Smith']],
  ['1,="0045",x', ['1', '0045', 'x']],
  ['1,="a,b",x', ['1', 'a,b', 'x']],
  ['1,="say ""hi"""', ['1', 'say "hi"']],
  ['"=""0045"""', ['="0045"']],
  ['"a",', ['a', '']],
  [',"a"', ['', 'a']],
])('the row %j has the cells %j', (raw, cells) => {
  expect(readQuotes(raw, ',')).toEqual(expect.objectContaining({ type: 'cells', cells }));
});

test.each([
  ['"1","a\nb",""', true],
  ['"1", ="x" ', true],
  ['1,"a\nb",""', false],
  ['"1","a",', false],
])('whether all cells of the row %j are quoted: %j', (raw, allQuoted) => {
  expect(readQuotes(raw, ',')).toMatchObject({ allQuoted });
});

test.each([
  ['1,"Bob "the builder" Smith"', 2],
  ['1,"a"b,c', 2],
  ['"a"b', 1],
  ['1,2,"a" "b"', 3],
  ['1,"a""b"c', 2],
  ['1,"ann\n2,"bob",x', 2],
  ['1,"a"\u00a0b', 2],
  ['1,x,"y"z"', 3],
  ['"""a"b', 1],
  ['1,"a"\tb', 2],
])('the row %j has text behind a closing quote in column %i', (raw, column) => {
  expect(readQuotes(raw, ',')).toEqual({ type: 'broken', column });
});

test.each([
  ['1, "Smith, Ann,x', 2],
  ['1,x, "Ann', 3],
  ['1,="0045,x', 2],
  [' "1,x', 1],
  ['1, ="a', 2],
])('the row %j has a quote without a partner in column %i', (raw, column) => {
  expect(readQuotes(raw, ',')).toEqual({ type: 'unsure', column });
});

test.each([';', '\t', '|', '^', '.', '*', ':', '-', ']'])('the delimiter %j is taken as it is', (delimiter) => {
  const row = ['1', '"a', 'b"', 'c"'].join(delimiter);
  expect(readQuotes(row, delimiter)).toEqual(
    expect.objectContaining({ type: 'cells', cells: ['1', `a${delimiter}b`, 'c"'] }),
  );
});

const cell = fc
  .array(fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '='), { maxLength: 6 })
  .map((all) => all.join(''));
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

test('cells that RFC 4180 writes are those that csv-parse and this read', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const line = cells.map(quote).join(',');
      const [found] = parse(`${line}\r\n`, parserOptions(',')) as unknown as ParsedRecord[];
      expect(found?.record).toEqual(cells);
      expect(readQuotes(found?.raw ?? '', ',')).toEqual(expect.objectContaining({ type: 'cells', cells }));
    }),
  );
});
