/** Whether trying again, unchanged, can help. */
export type RetryAdvice = { readonly retry: true; readonly afterMs?: number } | { readonly retry: false };

/** A failure of a sync. `code` is stable; the message contains what to do next. */
export abstract class SyncError extends Error {
  abstract readonly code: string;
  abstract readonly advice: RetryAdvice;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The source limits the rate of calls. */
export class SourceRateLimitedError extends SyncError {
  readonly code = 'source_rate_limited';
  readonly advice: RetryAdvice;
  constructor(retryAfterMs: number, options?: ErrorOptions) {
    super(`The source asks to wait ${retryAfterMs} ms. The task is retried automatically.`, options);
    this.advice = { retry: true, afterMs: retryAfterMs };
  }
}

/** The source can't be reached or is broken for now. */
export class SourceUnavailableError extends SyncError {
  readonly code = 'source_unavailable';
  readonly advice: RetryAdvice = { retry: true };
}

/** The source refuses the credential, or the credential lacks a permission: an admin must act. */
export class SourceAuthError extends SyncError {
  readonly code = 'source_auth';
  readonly advice: RetryAdvice = { retry: false };
}

/** The source's options are wrong: an admin must act. */
export class SourceConfigError extends SyncError {
  readonly code = 'source_config';
  readonly advice: RetryAdvice = { retry: false };
}

/** An option refers to a variable or file that is missing or not allowed: an operator must provide it. */
export class SecretReferenceError extends SyncError {
  readonly code = 'secret_reference';
  readonly advice: RetryAdvice = { retry: false };
}

/** A source's secrets are sealed with a key that this process does not have: an operator must add it. */
export class SecretKeyMissingError extends SyncError {
  readonly code = 'secret_key_missing';
  readonly advice: RetryAdvice = { retry: true };
  constructor(keyId: string, options?: ErrorOptions) {
    super(`The source's secrets are sealed with the key "${keyId}": add it to SECRET_KEYS and restart.`, options);
  }
}

/** Connections to the source's address are not allowed: an operator must allow it, or an admin must change it. */
export class EgressRefusedError extends SyncError {
  readonly code = 'egress_refused';
  readonly advice: RetryAdvice = { retry: false };
}

/** The source's answers cannot be a correct list (truncated, repeating, or changed during the read). */
export class SourceReadError extends SyncError {
  readonly code = 'source_read';
  readonly advice: RetryAdvice;
  /** @param options `retry: false` if the same read would fail again, for example at a server's size limit. */
  constructor(message: string, options?: ErrorOptions & { readonly retry?: boolean }) {
    super(message, options);
    this.advice = { retry: options?.retry ?? true };
  }
}

/** The stored cursor is no longer valid: a full read is required. */
export class CursorExpiredError extends SyncError {
  readonly code = 'cursor_expired';
  readonly advice: RetryAdvice = { retry: false };
}

/** Another worker took the task over; this one must stop and write nothing. */
export class FencedError extends SyncError {
  readonly code = 'fenced';
  readonly advice: RetryAdvice = { retry: false };
  constructor(taskId: string) {
    super(`Another worker has taken over task ${taskId}.`);
  }
}

/** Cancelling the task was requested. Applied changes stay. */
export class TaskCancelledError extends SyncError {
  readonly code = 'cancelled';
  readonly advice: RetryAdvice = { retry: false };
  constructor() {
    super('The task was cancelled on request.');
  }
}

/** The worker is shutting down; the task is released and another worker continues it. */
export class ShutdownError extends SyncError {
  readonly code = 'shutdown';
  readonly advice: RetryAdvice = { retry: true, afterMs: 0 };
  constructor() {
    super('The worker is shutting down; another worker continues the task.');
  }
}

/**
 * A request that cannot be carried out, because of invalid input or of the current state.
 * `status` is the HTTP status of the answer; `errors` names the paths of invalid input.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503,
    readonly code: string,
    message: string,
    readonly errors?: readonly { readonly path: string; readonly message: string }[],
    /** Seconds after which it may be tried again: `Retry-After`. */
    readonly retryAfterS?: number,
  ) {
    super(message);
  }
}
