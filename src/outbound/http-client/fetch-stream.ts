import { type Dispatcher, request } from 'undici';
import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import type { Egress } from '../egress/egress.js';
import { checkUrl } from './address-option.js';
import { classifyStatus } from './classify-status.js';
import { egressOf, openAgent } from './open-agent.js';
import { codingsOf, decompress } from './decompress.js';
import { connectionError, statusError } from './http-errors.js';

/** What to get, and how much of it at most. */
export interface FetchRequest {
  readonly url: string;
  /** Sent to the first address; kept on redirects only within the same origin. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** For everything, to the last byte of the body. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string;
  /** Lets plain http through to this very machine; for tests and development. */
  readonly allowHttp?: boolean;
  /** Where it may go, redirects too. Left out: public addresses only, or this very machine only with `allowHttp`. */
  readonly egress?: Egress | undefined;
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  /** Sent again on redirects 307 and 308; a POST follows no others. */
  readonly body?: string;
  /** Connections (of `openAgent`) that outlive this call; they decide about `ca` and `egress`. Default: one of its own. */
  readonly agent?: Dispatcher;
  /** Gives an answer back whatever its status says, but for redirects. Default: only 2xx, others are errors. */
  readonly anyStatus?: boolean;
}

/** An answer, unpacked where it is compressed: status 2xx, or with `anyStatus` another. The body must be read to its end or left by `return`, else its connection stays open. */
export interface FetchedStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** null = the server does not say, or the body is unpacked. */
  readonly contentLength: number | null;
  /** Throws SourceReadError when it breaks off or grows too big. */
  readonly body: AsyncGenerator<Buffer>;
}

type Answer = Awaited<ReturnType<typeof request>>;

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Gets what is at an address.
 * @throws EgressRefusedError SourceConfigError SourceAuthError SourceRateLimitedError SourceUnavailableError, or the signal's reason
 */
export async function fetchStream(asked: FetchRequest): Promise<FetchedStream> {
  asked.signal.throwIfAborted();
  const deadline = AbortSignal.timeout(asked.timeoutMs);
  const signal = AbortSignal.any([asked.signal, deadline]);
  const dispatcher = asked.agent ?? openAgent({ ca: asked.ca, egress: egressOf(asked) });
  const close = async (): Promise<void> => (asked.agent ? undefined : dispatcher.destroy());
  const explain = (cause: unknown): Error => connectionError(cause, asked, deadline);
  let answer: Answer;
  try {
    const { method = 'GET', body = null } = asked;
    answer = await follow(asked, (url, headers) => request(url, { dispatcher, signal, headers, method, body }), 0);
  } catch (cause) {
    await close();
    throw explain(cause);
  }
  const body = readBody(answer, asked, explain, close);
  return { status: answer.statusCode, headers: answer.headers, contentLength: lengthOf(answer), body };
}

type Ask = (url: URL, headers: Readonly<Record<string, string>>) => Promise<Answer>;

async function follow(asked: FetchRequest, ask: Ask, redirects: number): Promise<Answer> {
  const url = checkUrl(asked.url, asked.allowHttp ?? false);
  const answer = await ask(url, { ...asked.headers, 'accept-encoding': 'identity' });
  const redirected = REDIRECTS.has(answer.statusCode);
  if (isResult(answer, asked) && !redirected) return refuseUnreadable(answer, url);
  answer.body.on('error', () => undefined).destroy();
  if (!redirected) throw statusError(answer.statusCode, answer.headers, url);
  if (redirects >= MAX_REDIRECTS)
    throw new SourceConfigError(`${url.host} redirects more than ${MAX_REDIRECTS} times.`);
  if (asked.method === 'POST' && answer.statusCode < 307)
    throw new SourceConfigError(`${url.host} answers a POST with ${answer.statusCode}: check the address.`);
  const next = nextUrl(answer, url);
  const { headers = {} } = asked;
  if (asked.body !== undefined && next.origin !== url.origin)
    throw new SourceConfigError(
      `${url.host} redirects to ${next.host}, which must not receive the credentials of the first host.`,
    );
  return follow({ ...asked, url: next.href, headers: next.origin === url.origin ? headers : {} }, ask, redirects + 1);
}

function isResult({ statusCode, headers }: Answer, { anyStatus = false }: FetchRequest): boolean {
  return anyStatus ? statusCode >= 200 : classifyStatus(statusCode, headers, Date.now()).is === 'ok';
}

function nextUrl({ headers: { location }, statusCode }: Answer, from: URL): URL {
  const to = typeof location === 'string' && URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (to === null) throw new SourceConfigError(`${from.host} answers ${statusCode} without a usable Location.`);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    const why = 'A server behind a TLS proxy must know its own https address (X-Forwarded-Proto).';
    throw new SourceConfigError(`${from.host} redirects from https to ${to.origin}, which must use https. ${why}`);
  }
  return to;
}

function refuseUnreadable(answer: Answer, url: URL): Answer {
  const isKnown = codingsOf(answer.headers['content-encoding']) !== null;
  if (isKnown && answer.statusCode !== 206) return answer;
  answer.body.on('error', () => undefined).destroy();
  const what = isKnown ? 'only a part (status 206)' : 'an answer in a coding other than gzip, deflate and br';
  throw new SourceConfigError(`${url.host} sends ${what}, which was not requested.`);
}

/** Of what the body yields: unknown where it is unpacked. */
function lengthOf({ headers }: Answer): number | null {
  const length = headers['content-length'];
  const isPlain = codingsOf(headers['content-encoding'])?.length === 0;
  return isPlain && typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : null;
}

async function* readBody(
  { body, headers }: Answer,
  asked: FetchRequest,
  explain: (cause: unknown) => Error,
  close: () => Promise<void>,
): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  try {
    for await (const chunk of decompress(body, codingsOf(headers['content-encoding']) ?? [])) {
      sizeBytes += chunk.length;
      if (sizeBytes > asked.maxBytes) throw tooBig(asked);
      yield chunk;
    }
  } catch (cause) {
    const error = explain(cause);
    if (error === asked.signal.reason || error instanceof SourceConfigError) throw error;
    throw new SourceReadError(`The download ended after ${sizeBytes} bytes: ${error.message}`, { cause });
  } finally {
    body.on('error', () => undefined).destroy();
    await close();
  }
}

function tooBig({ url, maxBytes }: FetchRequest): SourceConfigError {
  return new SourceConfigError(`${new URL(url).host} sends more than the allowed ${maxBytes} bytes.`);
}
