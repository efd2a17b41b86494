import { expect, test } from '@jest/globals';
import { isRounded, plainId, textOfFormula, whyNoId, withoutGuard } from './spreadsheet-forms.js';

test.each([
  ['="0045"', '0045'],
  [' = "0045" ', '0045'],
  ['="say ""hi"""', 'say "hi"'],
  ['=""', ''],
  ['=0045', '=0045'],
  ['="a"&"b"', '="a"&"b"'],
  ['x="0045"', 'x="0045"'],
  ['=T("0045")', '=T("0045")'],
  ['0045', '0045'],
  ['', ''],
])('the text of the cell %j is %j', (cell, text) => {
  expect(textOfFormula(cell)).toBe(text);
});

test.each([
  ["'0045", '0045'],
  ["'0045'", '0045'],
  ['12.0', '12'],
  ['12,0', '12'],
  ['12.00', '12'],
  ['-1.0', '-1'],
  ["'12.0", '12'],
  ['12.000', '12.000'],
  ['12.000000', '12'],
  ['1,234.00', '1234'],
  ['1.234,00', '1234'],
  ['12.345.678,0', '12345678'],
  ['1 234,00', '1234'],
  ['1\u00a0234.00', '1234'],
  ["1'234.00", '1234'],
  ['1.234', '1.234'],
  ['1.234.00', '1.234.00'],
  ['1,234.50', '1,234.50'],
  ['1,234,00', '1,234,00'],
  ['0,234.00', '0,234.00'],
  ['12.5', '12.5'],
  ['1.0.0', '1.0.0'],
  ['v1.0', 'v1.0'],
  ['007', '007'],
  [' 12\u00a0', '12'],
  ['\ufeff12\u200b', '12'],
  ["o'brien", "o'brien"],
  ["'", ''],
])('the id in %j is %j', (cell, id) => {
  expect(plainId(cell)).toBe(id);
});

test.each([
  ["'=1+1", '=1+1'],
  ["'+49", '+49'],
  ["'-5", '-5'],
  ["'@home", '@home'],
  ["'t Hooft", "'t Hooft"],
  ["''=x", "''=x"],
  ['=1+1', '=1+1'],
])('without the guard of an exporter, %j is %j', (text, bare) => {
  expect(withoutGuard(text)).toBe(bare);
});

test.each(['1.23E+11', '1,2e+10', '1E+05', '12E+9', '1.5E10', '-1.5E+10', '+1.5E+10', '1.E+10', '1.2345678901E10'])(
  '%j has lost digits',
  (text) => {
    expect(isRounded(text)).toBe(true);
    expect(whyNoId(text)?.code).toBe('number_was_rounded');
  },
);

test.each([
  ...['2026-03-01', '2026-03-01 00:00:00', '3/1/2026', '1.3.2026', '2026/3/1', '2026/03/01', '2026/3/1 0:00'],
  ...['03/01/26', '3月1日', '2026年3月1日', '1-Mar', '31-Dec', '01-Mar-26', '1-Mar-2026', 'Mar-26'],
])('%j was made of an id', (text) => expect(whyNoId(text)?.code).toBe('became_date'));

test.each([
  ...['01-03-2026', '12-34-5678', 'MAR-01', 'Mar-1', '1-MAR', '1-Mai', '32-Mar', '2026/3/32', '3026/3/1', '45/1/26'],
  ...['3/1', '3-1', '1.3.26', '2026.3.1', '3月', '2026-3-1'],
])('%j may be an id, and no date', (text) => expect(whyNoId(text)).toBeNull());

test.each(['1E10', '2E5', 'E+10', '1.5', 'A1.2E+10', '1E-5', '1.2.3', '12E', '', 'e1'])('%j may be an id', (text) => {
  expect(isRounded(text)).toBe(false);
  expect(whyNoId(text)).toBeNull();
});

test.each([
  '#N/A',
  '#n/a',
  '#REF!',
  '#VALUE!',
  '#NAME?',
  '#DIV/0!',
  '#NULL!',
  '#NUM!',
  '#SPILL!',
  '##',
  '########',
  '=A1',
  ...['#NV', '#WERT!', '#VALEUR!', '#N/D', '#VALORE!', '#¡VALOR!', '#NÚM!', '#WAARDE!', '#ARG!', '#DEĞER!', '#YOK'],
  ...['#ЗНАЧ!', '#ССЫЛКА!', '#Н/Д', '#GETTING_DATA', 'Err:502', 'Err:508'],
])('%j is no value', (text) => {
  expect(whyNoId(text)?.code).toBe('no_value');
});

test.each(['#1', '#', '#abc', 'N/A!', 'C#', '#12-34', '#abc!', 'Err:99', 'Err:5022', 'err'])(
  '%j may be a value',
  (text) => {
    expect(whyNoId(text)).toBeNull();
  },
);
