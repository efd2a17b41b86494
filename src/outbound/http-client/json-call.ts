import type { Rate } from './rate-governor.js';

/** One call of an API. */
export interface JsonCall {
  /** Its name in limits, errors and logs, e.g. `user/list`; never an address. */
  readonly api: string;
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  /** Below the client's base address, e.g. `/cgi-bin/user/list`; or a whole address on the same origin. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; as a form where it is URLSearchParams. */
  readonly body?: unknown;
  /** Statuses that the caller judges itself: answers with them come back as they are. */
  readonly expected?: readonly number[];
}

/** An answer before it is checked. */
export interface JsonAnswer {
  readonly api: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined where the body is no JSON. */
  readonly body: unknown;
  /** What it is instead of JSON, in words; only where it is none. */
  readonly unreadable?: string;
  readonly sizeBytes: number;
}

/** What an answer means. Many systems answer 200 with an error inside: only the adapter can tell. */
export type AnswerVerdict =
  | { readonly is: 'ok' }
  /** The token is refused: a new one is fetched and the call made again, once. */
  | { readonly is: 'token_expired' }
  /** All who share the limit `key` (default: every limit of the API) wait so long, then the call is made again. */
  | { readonly is: 'rate_limited'; readonly afterMs: number; readonly key?: string }
  /** "Try again": done up to three times. */
  | { readonly is: 'busy'; readonly message: string }
  /** Thrown as it is: a SyncError, or an error of the adapter's own that it catches. */
  | { readonly is: 'failed'; readonly error: Error };

/** Judges an answer; null leaves it to its HTTP status (2xx ok, 401 and 403 auth, 429, 5xx busy, others config). */
export type ClassifyAnswer = (answer: JsonAnswer) => AnswerVerdict | null;

/** Where calls get their authority from. */
export interface TokenSource {
  /** What it is issued to, secret included. It is hashed before it is kept anywhere. */
  readonly credential: string;
  /** Fetches a new one; `ask` makes a call without a token, judged like any other. */
  readonly fetch: (ask: (call: JsonCall) => Promise<JsonAnswer>) => Promise<{
    readonly token: string;
    readonly expiresInMs: number;
  }>;
  /** Puts it into a call: into the query, or a header. */
  readonly put: (call: JsonCall, token: string) => JsonCall;
}

/** The limits of an API; `key` is relative to provider and credential. */
export type RatesOf = (api: string) => readonly Rate[];
