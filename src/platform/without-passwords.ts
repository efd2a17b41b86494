import { maskFields } from './mask-fields.js';

/**
 * A copy of a JSON value without any key called `password`, at any depth (R2): what is never stored or logged.
 *
 * Answers the same value where there is none.
 */
export function withoutPasswords<T>(value: T): T {
  return mayHavePassword(value) ? (maskFields(value, []) as T) : value;
}

/** JSON text never escapes ASCII letters, so a search of the text misses nothing. */
function mayHavePassword(value: unknown): boolean {
  return /"password"/i.test(JSON.stringify(value) ?? '');
}
