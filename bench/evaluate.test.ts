import { evaluate } from './evaluate.js';
import { readOptions } from './options.js';
import type { Part, Row } from './part.js';
import { Samples } from './samples.js';

const BESIDE = { name: 'floor', sample: 'theirs' };

test.each<[limit: NonNullable<Row['limit']>, isWithin: boolean]>([
  [{ of: 'ratio', most: 2 }, true],
  [{ of: 'ratio', most: 1.99 }, false],
  [{ of: 'ratio', least: 2 }, true],
  [{ of: 'ratio', least: 2.01 }, false],
  [{ of: 'value', most: 4 }, true],
  [{ of: 'value', most: 3.9 }, false],
])('a median of 4 beside 2 under the limit %j: %s', (limit, isWithin) => {
  const [found] = judgeRow({ beside: BESIDE, limit }, { ours: [4], theirs: [2] });
  expect(found).toMatchObject({ median: 4, beside: { name: 'floor', median: 2, ratio: 2 }, isWithin });
});

test('without the other side there is no ratio, and nothing to evaluate', () => {
  const [found] = judgeRow({ beside: BESIDE, limit: { of: 'ratio', most: 2 } }, { ours: [4] });
  expect(found).toMatchObject({ beside: null, isWithin: null });
});

test('a row that was not measured is left out', () => {
  expect(judgeRow({}, { theirs: [2] })).toEqual([]);
});

test('records and seconds make a rate', () => {
  const [found] = judgeRow({ records: 100 }, { ours: [4, 5, 6] });
  expect(found).toMatchObject({ median: 5, perSecond: 20, values: [4, 5, 6], isHeadline: false });
});

function judgeRow(row: Partial<Row>, measured: Readonly<Record<string, readonly number[]>>) {
  const samples = new Samples();
  for (const [name, values] of Object.entries(measured)) for (const value of values) samples.add(name, value);
  const rows: Row[] = [{ what: 'it', sample: 'ours', unit: 's', ...row }];
  const part: Part = { name: 'part', title: 'A part', every: 'run', turn: () => Promise.resolve(), rows: () => rows };
  return evaluate(part, readOptions([]), samples);
}
