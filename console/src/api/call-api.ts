import { ApiProblem, type FieldMistake } from './problem.js';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What a list's query may hold; what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

let csrfToken: string | null = null;
let watcher: SessionWatcher | null = null;

/** Callbacks for changes of the session that the server reports. */
export interface SessionWatcher {
  /** It has ended. */
  readonly signedOut: () => void;
  /** It owes something by now. */
  readonly dutyOwed: () => void;
}

/** Keeps the token that goes with every change (see docs/api.md, sessions); null when signed out. */
export function keepCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Says whom to tell. */
export function watchSession(tell: SessionWatcher): void {
  watcher = tell;
}

/**
 * Calls the API with the session's cookie.
 * @throws ApiProblem for every answer that is no success, and TypeError when nothing answers.
 */
export async function callApi<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: headersOf(method, body),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.text();
  if (response.ok) return (text === '' ? null : JSON.parse(text)) as T;
  const problem = readProblem(response, text);
  if (response.status === 401 && !/^\/session(\/|$)/.test(path)) watcher?.signedOut();
  if (problem.code === 'duty_owed') watcher?.dutyOwed();
  throw problem;
}

/** A path with a query. */
export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

function headersOf(method: Method, body: unknown): Record<string, string> {
  return {
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(method === 'GET' || csrfToken === null ? {} : { 'X-CSRF-Token': csrfToken }),
  };
}

function readProblem(response: Response, text: string): ApiProblem {
  const { code, detail, errors } = parse(text);
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const message = detail ?? response.statusText;
  return new ApiProblem(response.status, code ?? 'unknown', message, errors, Number.isFinite(wait) ? wait : null);
}

function parse(text: string): { code?: string; detail?: string; errors?: FieldMistake[] } {
  try {
    return JSON.parse(text) as { code?: string; detail?: string; errors?: FieldMistake[] };
  } catch {
    // A proxy's page instead of the API's answer: the status says enough.
    return {};
  }
}
