import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasDebianPackage } from '../testing/servers/debian-package.js';
import { csvLine } from './csv-line.js';

const describeWithCalc = hasDebianPackage('libreoffice-calc', 'soffice') ? describe : describe.skip;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-line-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Texts that a program may read as a formula: alone, after characters that it ignores, and after a separator. */
const FORMULAS = [
  '=40+2',
  '+40+2',
  '-40+2',
  '@SUM(40;2)',
  '=SUM(40,2)',
  '=HYPERLINK("http://x.example","y")',
  '＝40+2',
];
const BEFORE = ['', ' ', '\t', '\r', '\n', '\r\n', '\uFEFF', '\u00A0', '\u200B', '"', "'", 'a;', 'a\t', 'a\n', 'a;"'];
const TEXTS = BEFORE.flatMap((before) => FORMULAS.map((formula) => before + formula));

/** Common separators: comma, semicolon, tab; as codes of LibreOffice's import filter. */
const SEPARATORS = { comma: '44', semicolon: '59', tab: '9' };

/** Opens a CSV file in LibreOffice Calc, which recognises numbers and formulas. @returns the formulas found. */
async function formulasIn(name: string, content: string, separator: string): Promise<readonly string[]> {
  const file = join(folder, `${name}.csv`);
  await writeFile(file, content);
  const filter = `CSV:${separator},34,76,1,,1033,false,true,false,false,false,0,true`;
  await promisify(execFile)(
    'soffice',
    [
      ...[`-env:UserInstallation=file://${join(folder, 'profile')}`, '--headless', `--infilter=${filter}`],
      ...['--convert-to', 'fods', '--outdir', folder, file],
    ],
    { timeout: 60_000 },
  );
  const sheet = await readFile(join(folder, `${name}.fods`), 'utf8');
  expect(sheet).toContain('<table:table ');
  return [...sheet.matchAll(/table:formula="([^"]*)"/g)].map(([, formula = '']) => formula);
}

describeWithCalc('a spreadsheet program finds no formula in an export', () => {
  test.each(Object.entries(SEPARATORS))('with %s as its separator', async (name, separator) => {
    const content = `\uFEFF${TEXTS.map((text) => csvLine(['row', text])).join('')}`;
    expect(await formulasIn(name, content, separator)).toEqual([]);
  });

  test('control: as they are, the same texts are formulas', async () => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const content = TEXTS.map((text) => `row,${quoted(text)}\r\n`).join('');
    expect((await formulasIn('control', content, SEPARATORS.comma)).length).toBeGreaterThan(0);
    expect((await formulasIn('control-semicolon', content, SEPARATORS.semicolon)).length).toBeGreaterThan(0);
  });
});
