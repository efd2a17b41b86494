import { randomBytes } from 'node:crypto';
import { readPasswordSettings } from '../config.js';
import { checkNewPassword } from '../access/passwords/check-new-password.js';
import { openPasswordRules } from '../access/passwords/password-settings.js';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/**
 * A new password: generated, or read from the terminal or standard input and checked.
 * @throws Error saying what is wrong with it
 */
export async function choosePassword(options: {
  readonly username: string;
  readonly generate: boolean;
}): Promise<string> {
  const { username, generate } = options;
  // 144 random bits.
  if (generate) return randomBytes(18).toString('base64url');
  const rules = await openPasswordRules(readPasswordSettings(), { warn });
  const password = await readPassword(`Password for ${username}: `);
  const fault = await checkNewPassword(rules, { password, username });
  if (fault !== null) throw new Error(fault);
  return password;
}

function warn(message: string, fields: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`Note: ${message}: ${String(fields['cause'])}\n`);
}

/**
 * Reads a password: at a terminal after `prompt` and without showing it, else the first line of standard input.
 * @throws Error when there is none.
 */
async function readPassword(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, next) => next() });
  const terminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output: silent, terminal });
  if (terminal) process.stderr.write(prompt);
  try {
    for await (const line of lines) return line;
  } finally {
    lines.close();
    if (terminal) process.stderr.write('\n');
  }
  throw new Error('No password on standard input.');
}
