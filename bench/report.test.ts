import type { Finding } from './evaluate.js';
import { toMarkdown, toText } from './report.js';

const finding = (given: Partial<Finding>): Finding => ({
  ...{ part: 'part', what: 'it', unit: 's', median: 1.234, values: [1.234], perSecond: null, beside: null },
  ...{ limit: null, isHeadline: true, isWithin: null },
  ...given,
});
const beside = { name: 'floor', median: 0.5, ratio: 2.468 };
const section = {
  title: 'A part',
  findings: [
    finding({ perSecond: 81_037.2, beside, limit: { of: 'ratio', most: 2.5 }, isWithin: true }),
    finding({ what: 'detail', isHeadline: false }),
    finding({ what: 'rate', unit: 'records/s', median: 434.4, limit: { of: 'value', least: 1_500 }, isWithin: false }),
  ],
};

test('for a terminal: everything, in columns', () => {
  expect(toText([section, { title: 'Not measured', findings: [] }]).split('\n')).toEqual([
    'A part',
    '',
    'what           median       rate  compared with   ratio     limit',
    'it             1.23 s  81,037 /s     0.50 floor  2.47 ×  ≤ 2.50 ×  yes',
    'detail         1.23 s',
    'rate    434 records/s                                     ≥ 1,500   NO',
  ]);
});

test('for a README: the headlines, in one table', () => {
  expect(toMarkdown([section, { title: 'Not measured', findings: [] }]).split('\n')).toEqual([
    '| what | median | rate | compared with | ratio | limit |',
    '| --- | --: | --: | --: | --: | --: |',
    '| **A part** |  |  |  |  |  |',
    '| it | 1.23 s | 81,037 /s | 0.50 floor | 2.47 × | ≤ 2.50 × |',
    '| rate | 434 records/s |  |  |  | ≥ 1,500 |',
  ]);
});
