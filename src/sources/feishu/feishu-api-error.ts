import { SourceReadError } from '../../domain/errors.js';

/** Feishu answered with a code that means something to the one who asked; otherwise the read fails with it. */
export class FeishuApiError extends SourceReadError {
  constructor(
    readonly apiCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The app may not see this department (contact scope). For `0` it means: the scope is not the whole company. */
export const NO_DEPARTMENT_AUTHORITY = 40004;
/** The department is not there any more. */
export const NO_SUCH_DEPARTMENT = 40008;
/** The department has too much below it to be listed at once. */
export const TOO_BIG_TO_RECURSE = 43010;
/** The app may not see this person, or he is no more. */
export const NO_USER_AUTHORITY = 41050;
/** No such person. */
export const NO_SUCH_USER = 41012;

/** Whether the API answered with one of these codes. */
export function isApiError(error: unknown, ...codes: readonly number[]): error is FeishuApiError {
  return error instanceof FeishuApiError && codes.includes(error.apiCode);
}
