/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  // A test says what it expects of a body; checking the type too would only say it twice.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly headers: Headers;
}

/** A caller of the API with one key. */
export interface ApiClient {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  patch(path: string, body: unknown): Promise<ApiAnswer>;
  delete(path: string): Promise<ApiAnswer>;
  /** Any request; a path begins with `/api`, or with anything else below `/api/v1`. */
  send(method: string, path: string, options?: SendOptions): Promise<ApiAnswer>;
  /** Every item of a list, page by page. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  all(path: string): Promise<any[]>;
}

/** What goes along with a request. A text is sent as it is, anything else as JSON. */
interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Calls the API at `baseUrl`, e.g. `http://127.0.0.1:3000`; without a key as an anonymous caller, or with the headers
 * of `always`.
 */
export function createApiClient(
  baseUrl: string,
  key?: string,
  always: Readonly<Record<string, string>> = {},
): ApiClient {
  const client: ApiClient = {
    get: (path) => client.send('GET', path),
    post: (path, body, headers = {}) => client.send('POST', path, { body, headers }),
    patch: (path, body) => client.send('PATCH', path, { body }),
    delete: (path) => client.send('DELETE', path),
    async send(method, path, { body, headers = {} } = {}) {
      const answer = await fetch(addressOf(baseUrl, path), {
        method,
        headers: {
          ...{ ...contentType(body), ...always },
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: answer.status, headers: answer.headers, body: parse(await answer.text()) };
    },
    async all(path) {
      const items: unknown[] = [];
      for (let cursor = ''; ;) {
        const page = await client.get(`${path}${path.includes('?') ? '&' : '?'}limit=200${cursor}`);
        if (page.status !== 200) throw new Error(`${path} answered ${page.status}: ${JSON.stringify(page.body)}`);
        items.push(...(page.body.items as unknown[]));
        if (page.body.nextCursor === null) return items;
        cursor = `&cursor=${encodeURIComponent(String(page.body.nextCursor))}`;
      }
    },
  };
  return client;
}

function addressOf(baseUrl: string, path: string): string {
  const rooted = /^\/(api|admin|healthz|readyz|metrics)(\/|\?|$)/.test(path);
  return `${baseUrl}${rooted ? path : `/api/v1${path}`}`;
}

function contentType(body: unknown): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
