import { describe, expect, test } from '@jest/globals';
import { CsvError, type CsvErrorCode, parse } from 'csv-parse';
import { SourceReadError } from '../../domain/errors.js';
import { explainCsvError, MAX_ROW_BYTES, parserOptions } from './csv-parser.js';

/** The result of csv-parse for a text, with the options of the adapter. */
async function failureOf(text: string): Promise<unknown> {
  const parser = parse(text, parserOptions(','));
  try {
    for await (const _ of parser) continue;
  } catch (error) {
    return error;
  }
  return null;
}

describe('each error of csv-parse that a text can cause', () => {
  test.each([
    [
      'CSV_QUOTE_NOT_CLOSED',
      'uid,name\n1,"Ann\n',
      /users file cannot be read as csv: row 2, column 2, has a quote that is never closed/,
    ],
    ['CSV_MAX_RECORD_SIZE', `uid,name\n1,x\n2,${'y'.repeat(MAX_ROW_BYTES + 10)}\n`, /row 3, column 2, is longer than/],
  ])('%s names row and column, and is for good', async (code, text, message) => {
    const cause = await failureOf(text);
    expect(cause).toMatchObject({ code });
    const error = explainCsvError(cause, 'users file');
    expect(error).toBeInstanceOf(SourceReadError);
    expect(error).toMatchObject({
      code: 'source_read',
      advice: { retry: false },
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['CSV_INVALID_CLOSING_QUOTE', 'uid,name\n1,"a"b\n'],
    ['INVALID_OPENING_QUOTE', 'uid,name\n1,a"b"\n'],
    ['CSV_RECORD_INCONSISTENT_FIELDS_LENGTH', 'uid,name\n1\n2,a,b\n'],
    ['CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE', 'uid,name\n1,"a" b\n'],
  ])('%s is not caused by our options: rows are judged one by one', async (_, text) => {
    expect(await failureOf(text)).toBeNull();
  });
});

/** csv.js.org/parse/errors, and the type of the package. */
const CODES: readonly CsvErrorCode[] = [
  ...(['CSV_INVALID_ARGUMENT', 'CSV_INVALID_CLOSING_QUOTE', 'CSV_INVALID_COLUMN_DEFINITION'] as const),
  ...(['CSV_INVALID_COLUMN_MAPPING', 'CSV_INVALID_OPTION_BOM', 'CSV_INVALID_OPTION_CAST'] as const),
  ...(['CSV_INVALID_OPTION_DELIMITER', 'CSV_MAX_RECORD_SIZE', 'CSV_QUOTE_NOT_CLOSED'] as const),
  ...(['CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE', 'CSV_OPTION_COLUMNS_MISSING_NAME'] as const),
  ...(['CSV_RECORD_INCONSISTENT_FIELDS_LENGTH', 'CSV_RECORD_INCONSISTENT_COLUMNS'] as const),
  ...(['CSV_UNKNOWN_ERROR', 'INVALID_OPENING_QUOTE'] as const),
];

test.each(CODES)('%s, whatever causes it, is source_read with the message of the library', (code) => {
  const cause = new CsvError(code, ['Something is odd.'], {} as never, { records: 4, column: 1 });
  expect(explainCsvError(cause, 'users file "a.csv"')).toMatchObject({
    code: 'source_read',
    advice: { retry: false },
    message: expect.stringMatching(/users file "a\.csv" cannot be read as csv: row 5, column 2, /),
  });
});

test('a code that the library adds later is explained like that, too', () => {
  const cause = new CsvError('CSV_NEW' as CsvErrorCode, ['Something is odd.'], {} as never);
  expect(explainCsvError(cause, 'file')).toMatchObject({
    code: 'source_read',
    message: 'The file cannot be read as csv: a row is refused: Something is odd.',
  });
});

test('what is not of csv-parse stays what it is', () => {
  const cause = new Error('aborted');
  expect(explainCsvError(cause, 'file')).toBe(cause);
});
