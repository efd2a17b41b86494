import { describe, expect, test } from '@jest/globals';
import { formatTable } from './format-table.js';

describe('a table', () => {
  test('has columns of equal width, numbers to the right, nothing at the ends of lines', () => {
    const rows = [
      ['', 'seen', 'created'],
      ['department', '40', '40'],
      ['user', '300', '7'],
    ];
    expect(formatTable(rows).split('\n')).toEqual([
      '              seen  created',
      '  department    40       40',
      '  user         300        7',
    ]);
  });

  test('may have rows of different lengths, or none', () => {
    expect(formatTable([['a'], ['b', 'c']])).toBe('  a\n  b  c');
    expect(formatTable([])).toBe('');
  });
});
