/** One mistake in what was sent, by the path of the field. */
export interface FieldMistake {
  readonly path: string;
  readonly message: string;
}

/** The API refused or failed: `code` is stable, the message says what is wrong. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: readonly FieldMistake[] = [],
    /** Seconds to wait before trying again; null = not said. */
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }
}

/** Makes any thrown thing a problem that can be shown: the network's failures have no code of the API. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(0, 'network', error instanceof Error ? error.message : String(error));
}
