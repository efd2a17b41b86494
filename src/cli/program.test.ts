import { expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram, runProgram } from './create-program.js';

const create = ['keys', 'create', '--role', 'operator', '--name', 'hr'];

/** Keeps what the program and its subcommands print to standard error. */
function keepErrors(command: Command, kept: string[]): void {
  command.configureOutput({ writeErr: (text) => void kept.push(text), writeOut: () => undefined });
  for (const one of command.commands) keepErrors(one, kept);
}

test.each([
  ['no command', []],
  ['an unknown command', ['users']],
  ['an unknown subcommand', ['keys', 'make']],
  ['a missing option', ['keys', 'create', '--role', 'viewer']],
  ['an unknown role', ['keys', 'create', '--role', 'root', '--name', 'x']],
  ['an unknown option', [...create, '--forever']],
  ['a word too much', [...create, 'secret']],
  ['a time in the past', [...create, '--expires', '2001-01-01']],
  ['a viewer that pushes', ['keys', 'create', '--role', 'viewer', '--name', 'x', '--push-only']],
  ['a username with a blank', ['admin', 'disable', '--username', 'a b']],
  ['an entry in another form', ['audit', 'verify', '--expect', '5']],
])('%s ends with 2 and says what is wrong, before a database is asked', async (_name, words) => {
  const program = createProgram();
  const kept: string[] = [];
  keepErrors(program, kept);
  expect(await runProgram(program, words)).toBe(2);
  expect(kept.join('')).toMatch(/^(error: |Usage: rollcall )/);
});
