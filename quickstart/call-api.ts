/** How to reach the API. */
export interface ApiAccess {
  readonly url: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** What to ask of it. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  /** A status that is an answer too: null is answered for it. */
  readonly orNullAt?: number;
}

/**
 * Calls the API as any client would.
 *
 * @throws Error with the problem that it names.
 */
export async function callApi<Answer>(access: ApiAccess, request: ApiRequest): Promise<Answer | null> {
  const { method = 'GET', path, body } = request;
  const response = await fetch(`${access.url}/api/v1${path}`, {
    method,
    signal: access.signal,
    headers: { authorization: `Bearer ${access.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === request.orNullAt) return null;
  if (response.ok) return (await response.json()) as Answer;
  throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
}
