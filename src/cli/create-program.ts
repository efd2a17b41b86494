import { Command, CommanderError } from 'commander';
import { isDatabaseDown } from '../platform/sql-error.js';
import { adminCommand } from './admin.command.js';
import { auditCommand } from './audit.command.js';
import { keysCommand } from './keys.command.js';
import { secretsCommand } from './secrets.command.js';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/**
 * Runs one command.
 *
 * @param args the words behind the program's name
 * @returns the exit code: 0 = done; 1 = failed, or what was checked is wrong; 2 = the arguments are wrong
 */
export async function runProgram(program: Command, args: readonly string[]): Promise<number> {
  throwInsteadOfExit(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has printed its own errors; help and version are no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    process.stderr.write(`${messageOf(error)}\n`);
    return EXIT_FAILED;
  }
}

/** Settings that subcommands do not inherit. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for usage)');
  for (const one of command.commands) throwInsteadOfExit(one);
}

function messageOf(error: unknown): string {
  if (isDatabaseDown(error))
    return 'The database does not answer. Check that it runs, and check the address in DATABASE_URL.';
  return error instanceof Error ? error.message : String(error);
}

const ENVIRONMENT = `
Environment:
  DATABASE_URL   address of the database. Without it, the database of the quickstart in ./.rollcall is used.
                 "secrets" needs the whole environment of a worker.

Exit codes: 0 done, 1 failed, 2 wrong arguments.`;

/** All commands of Rollcall's command line. */
export function createProgram(): Command {
  return new Command('rollcall')
    .description('Manages Rollcall from the command line of the machine that runs it.')
    .version(readVersion())
    .addHelpText('after', ENVIRONMENT)
    .addCommand(adminCommand())
    .addCommand(keysCommand())
    .addCommand(auditCommand())
    .addCommand(secretsCommand());
}

/** The version in package.json, which is above this file in a checkout and in a build. */
function readVersion(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
