import type { TFunction } from 'i18next';
import { toProblem } from '../../api/problem.js';
import { whyRefused } from '../../ui/refused.js';

/** What is wrong with one field, in the reader's language; null when it is something else. */
export function mistakeOf(t: TFunction, error: Error | null, path: string): string | null {
  return error !== null && isOf(error, path) ? whyRefused(t, error) : null;
}

/** Whether an error is about none of the fields. */
export function isOfNone(error: Error, paths: readonly string[]): boolean {
  return !paths.some((path) => isOf(error, path));
}

function isOf(error: Error, path: string): boolean {
  const { code, errors } = toProblem(error);
  return (code === 'wrong_code' || code === 'wrong_password') && errors.some((mistake) => mistake.path === path);
}
