import type { Dispatcher } from 'undici';
import { SourceConfigError, SourceReadError, SourceUnavailableError } from '../../domain/errors.js';
import { type FetchRequest, fetchStream } from './fetch-stream.js';
import type { JsonAnswer, JsonCall } from './json-call.js';
import { readJson } from './parse-json.js';

/** Where and within what a call is made. */
interface JsonFetch {
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly agent: Dispatcher;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly allowHttp?: boolean | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 1_048_576;

/**
 * Makes one call and reads its answer, whatever its status.
 * @throws SourceUnavailableError also for an answer that breaks off: asking again may help; else as fetchStream
 */
export async function fetchJson(call: JsonCall, within: JsonFetch): Promise<JsonAnswer> {
  const { signal, agent, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, allowHttp = false } = within;
  const { headers, body: sent } = contentOf(call);
  try {
    const answer = await fetchStream({
      ...{ url: urlOf(call, within.baseUrl), method: call.method ?? 'GET', headers, anyStatus: true },
      ...{ signal, agent, timeoutMs, maxBytes, allowHttp },
      ...(sent === null ? {} : { body: sent }),
    });
    const bytes = await readBytes(answer.body);
    const { status, headers: received } = answer;
    const json = readJson(bytes, received['content-type']);
    return { api: call.api, status, headers: received, sizeBytes: bytes.length, ...json };
  } catch (cause) {
    if (cause instanceof SourceReadError) throw new SourceUnavailableError(cause.message, { cause });
    throw cause;
  }
}

/** A whole address must stay where the credential belongs. */
function urlOf({ path, query = {}, api }: JsonCall, baseUrl: string): string {
  const base = new URL(baseUrl);
  const text = URL.canParse(path) ? path : base.pathname.replace(/\/$/, '') + path;
  if (!URL.canParse(text, baseUrl)) throw new SourceConfigError(`The address of ${api} is not a URL: check its path.`);
  const url = new URL(text, base);
  if (url.origin !== base.origin)
    throw new SourceConfigError(`${api} is on another host than ${base.host}: ${url.host}.`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

function contentOf({ headers = {}, body }: JsonCall): { headers: Record<string, string>; body: string | null } {
  const accept = { accept: 'application/json' };
  if (body === undefined) return { headers: { ...accept, ...headers }, body: null };
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8';
  return {
    headers: { ...accept, 'content-type': type, ...headers },
    body: isForm ? body.toString() : JSON.stringify(body),
  };
}

async function readBytes(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Gets what is at an address, whole.
 * @throws like fetchStream and its body
 */
export async function fetchBytes(asked: FetchRequest): Promise<Buffer> {
  const { body } = await fetchStream(asked);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
