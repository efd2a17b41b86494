import { csvLine } from './csv-line.js';

test.each([
  [['a', null, undefined, 7, true], 'a,,,7,true\r\n'],
  [['a,b', 'say "hi"', 'two\nlines'], '"a,b","say ""hi""","two\nlines"\r\n'],
  [[{ title: 'x' }], '"{""title"":""x""}"\r\n'],
  [['=1+1', '+49 30', '-5', '@here', '\t=1'], "'=1+1,'+49 30,'-5,'@here,'\t=1\r\n"],
  [['a=1', '研发'], 'a=1,研发\r\n'],
])('%j is one line that no spreadsheet runs', (cells, line) => expect(csvLine(cells)).toBe(line));
