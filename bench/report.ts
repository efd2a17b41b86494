import type { Finding } from './evaluate.js';
import type { Limit } from './part.js';

const HEAD = ['what', 'median', 'rate', 'compared with', 'ratio', 'limit', ''];

/** What one part found. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Tables for a terminal. */
export function toText(sections: readonly Section[]): string {
  const found = sections.filter(({ findings }) => findings.length > 0);
  return found.map(({ title, findings }) => `${title}\n\n${toTable(findings)}`).join('\n\n');
}

function toTable(findings: readonly Finding[]): string {
  const lines = [HEAD, ...findings.map(toCells)];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
  const inLine = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return lines.map((cells) => inLine(cells).trimEnd()).join('\n');
}

/** The results for a README: one table in Markdown, the headlines of each part under its title. */
export function toMarkdown(sections: readonly Section[]): string {
  const head = HEAD.slice(0, -1);
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'));
  const lines = sections.flatMap(({ title, findings }) => {
    const headlines = findings.filter((one) => one.isHeadline).map((one) => toCells(one).slice(0, -1));
    return headlines.length === 0 ? [] : [[`**${title}**`, ...head.slice(1).fill('')], ...headlines];
  });
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
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
