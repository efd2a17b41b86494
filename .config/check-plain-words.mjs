// Fails when a text that ESLint does not read has a word of plain-words.mjs: Markdown, the console's English texts,
// scripts, the schema, settings. Text in backquotes is data and is not checked. Reads only.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findWords } from './plain-words.mjs';

const FILES = ['*.md', '*.mjs', '*.cjs', '*.yml', '*.prisma', 'Dockerfile', '.env.example', 'console/src/i18n/en.json'];
/** The list itself. */
const LEFT_OUT = ['.config/plain-words.mjs'];

const given = process.argv.slice(2);
const faults = (given.length > 0 ? given : listFiles()).flatMap(check);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

function listFiles() {
  const { stdout } = spawnSync('git', ['ls-files', '--', ...FILES], { encoding: 'utf8' });
  return stdout.split('\n').filter((path) => path !== '' && !LEFT_OUT.includes(path));
}

function check(path) {
  const lines = readFileSync(path, 'utf8')
    .replace(/`[^`\n]*`/g, blank)
    .split('\n');
  return lines.flatMap((line, at) =>
    findWords(line).map(({ word, advice }) => `${path}:${at + 1}: "${word}": ${advice}.`),
  );
}

/** Replaces a text by spaces, so that the positions after it stay the same. */
function blank(text) {
  return ' '.repeat(text.length);
}
