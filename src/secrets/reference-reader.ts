import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { SecretReferenceError } from '../domain/errors.js';
import type { SecretReference } from './secret-reference.js';

/** Finds what the options of sources refer to, and nothing that the operator did not lay out for them. */
export interface ReferenceReader {
  /** Why the reference may not be followed, whatever is there; null when it may. */
  refuse(reference: SecretReference): string | null;
  /**
   * The secret itself.
   * @param option how the option is called, for the error
   * @throws SecretReferenceError naming the variable or file
   */
  read(reference: SecretReference, option: string): string;
}

/** What sources may refer to. */
export interface ReferenceWorld {
  /** Names of variables, or beginnings of names that end with `*`. */
  readonly allow: readonly string[];
  /** The variables; those that `allow` does not name are not looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The only folder that files are read from; null = none. */
  readonly folder: string | null;
}

/** Room for a private key with its chain; a secret is no document. */
const MAX_BYTES = 65_536;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/**
 * Makes what follows references. Who may write options must not learn more than was laid out for sources: a variable
 * that is not allowed, and a path that leads out, are refused without a look at what is there.
 */
export function createReferenceReader(world: ReferenceWorld): ReferenceReader {
  const variables = new Map(Object.entries(world.env));
  const refuse = (reference: SecretReference) =>
    '$env' in reference ? refuseVariable(world, reference.$env) : refuseFile(world, reference.$file);
  return {
    refuse,
    read(reference, option) {
      const refused = refuse(reference);
      if (refused !== null) throw new SecretReferenceError(`The option "${option}": ${refused}`);
      const text = '$env' in reference ? variables.get(reference.$env) : readSecretFile(world, reference.$file, option);
      if (text !== undefined && text !== '') return text;
      const what = '$env' in reference ? `the variable ${reference.$env} is not set` : `"${reference.$file}" is empty`;
      throw new SecretReferenceError(
        `The option "${option}": ${what} in this process. Provide it to the API and every worker, then restart them.`,
      );
    },
  };
}

function refuseVariable({ allow }: ReferenceWorld, name: string): string | null {
  if (!ENV_NAME.test(name)) return '$env must be the name of a variable.';
  const fits = allow.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));
  return fits ? null : `sources may not refer to the variable ${name}: SOURCE_ENV_ALLOW allows ${allow.join(', ')}.`;
}

function refuseFile({ folder }: ReferenceWorld, name: string): string | null {
  const steps = name.split(/[/\\]/);
  if (name === '' || name.length > 1_000 || name.includes('\0') || isAbsolute(name) || steps.includes('..'))
    return '$file must be a path in SOURCE_SECRETS_DIR, without "..".';
  return folder === null ? 'sources may not refer to files here: SOURCE_SECRETS_DIR is not set.' : null;
}

/** The last end of line is not part of a secret: editors and `echo` add it. */
function readSecretFile({ folder }: ReferenceWorld, name: string, option: string): string {
  const unusable = (why: string, cause?: unknown) =>
    new SecretReferenceError(`The option "${option}": the file "${name}" of SOURCE_SECRETS_DIR ${why}.`, { cause });
  let real: string;
  let root: string;
  try {
    root = realpathSync(folder ?? '');
    real = realpathSync(join(root, name));
  } catch (cause) {
    throw unusable('does not exist or cannot be read', cause);
  }
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) throw unusable('is outside of it');
  const bytes = readSmall(real, unusable);
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

/** Without blocking on a pipe, and of the very file that was looked at. */
function readSmall(path: string, unusable: (why: string, cause?: unknown) => Error): Buffer {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  } catch (cause) {
    throw unusable('cannot be read', cause);
  }
  try {
    const state = fstatSync(handle);
    if (!state.isFile()) throw unusable('is not a regular file');
    if (state.size > MAX_BYTES) throw unusable(`is larger than ${MAX_BYTES} bytes`);
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}
