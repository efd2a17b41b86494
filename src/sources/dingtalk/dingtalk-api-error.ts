import { SourceReadError } from '../../domain/errors.js';

/** DingTalk answered with a code that means something to the one who asked; otherwise the read fails with it. */
export class DingtalkApiError extends SourceReadError {
  constructor(
    readonly apiCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** No such department. */
export const NO_SUCH_DEPARTMENT = 60003;
/** The department is outside what the app may see. */
export const DEPARTMENT_OUT_OF_SCOPE = 50004;
/** No such person. */
export const NO_SUCH_USER = 60121;
/** The person is outside what the app may see. */
export const USER_OUT_OF_SCOPE = 50002;

/** Whether the API answered with one of these codes. */
export function isApiError(error: unknown, ...codes: readonly number[]): error is DingtalkApiError {
  return error instanceof DingtalkApiError && codes.includes(error.apiCode);
}
