import type { Finding } from './judge.js';
import type { Limit } from './part.js';

const HEAD = ['what', 'median', 'rate', 'beside', 'ratio', 'wanted', ''];

/** A table for a terminal. */
export function toTable(findings: readonly Finding[]): string {
  const lines = [HEAD, ...findings.map(toCells)];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
  const inLine = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return lines.map((cells) => inLine(cells).trimEnd()).join('\n');
}

/** The same for a README. */
export function toMarkdown(findings: readonly Finding[]): string {
  const inLine = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = HEAD.slice(0, -1).map((_, at) => (at === 0 ? '---' : '--:'));
  const lines = findings.map((one) => inLine(toCells(one).slice(0, -1)));
  return [inLine(HEAD.slice(0, -1)), inLine(rule), ...lines].join('\n');
}

function toCells(finding: Finding): string[] {
  const { what, median, unit, perSecond, beside, limit, isWithin } = finding;
  return [
    what,
    `${inDigits(median)} ${unit}`,
    perSecond === null ? '' : `${inDigits(perSecond)} /s`,
    beside ? `${inDigits(beside.median)} ${beside.name}` : '',
    beside ? `${inDigits(beside.ratio)} ×` : '',
    limit ? inWords(limit) : '',
    isWithin === null ? '' : isWithin ? 'yes' : 'NO',
  ];
}

function inWords({ of, most, least }: Limit): string {
  const bound = most === undefined ? `≥ ${inDigits(least ?? NaN)}` : `≤ ${inDigits(most)}`;
  return of === 'ratio' ? `${bound} ×` : bound;
}

/** Three digits that count. */
function inDigits(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
