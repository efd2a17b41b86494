import type { Request, Response } from 'express';
import { RequestError } from '../domain/errors.js';
import { findBadText } from './find-bad-text.js';
import { readBytes } from './read-bytes.js';
import { scanJson } from './scan-json.js';

/** What a route takes as a body. */
export interface BodyLimits {
  readonly limitBytes: number;
  /** Whether `application/x-ndjson`, one JSON value a line, serves too. */
  readonly lines: boolean;
}

/** A body that was sent: one JSON value, or the values of its lines. */
export type SentBody =
  { readonly type: 'none' } | { readonly type: 'json'; readonly value: unknown } | { type: 'lines'; values: unknown[] };

const MAX_LINE_BYTES = 1_048_576;
/** Empty ones count. */
const MAX_LINES = 50_000;
const LINES = 'application/x-ndjson';

/**
 * Reads and parses a body, and refuses what could not be stored: broken UTF-8, U+0000, half surrogates.
 * @throws RequestError `invalid_json`, `invalid_text`, `unsupported_media_type`, `payload_too_large`, `too_deep`, `too_many_keys`,
 * `forbidden_key`.
 */
export async function readBody(request: Request, response: Response, limits: BodyLimits): Promise<SentBody> {
  if (!hasBody(request)) return { type: 'none' };
  const type = request.is(limits.lines ? ['json', '+json', LINES] : ['json', '+json']);
  if (!type || !isUtf8(request)) throw unsupported(limits);
  const bytes = await readBytes(request, response, limits.limitBytes);
  scanJson(bytes);
  const text = decode(bytes);
  if (type !== LINES) return { type: 'json', value: refuseBadText(parse(text, 'The body')) };
  return { type: 'lines', values: parseLines(text) };
}

function hasBody(request: Request): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return true;
  return Number(request.headers['content-length'] ?? 0) > 0;
}

function isUtf8(request: Request): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

function unsupported(limits: BodyLimits): RequestError {
  const types = limits.lines ? `application/json or ${LINES}` : 'application/json';
  return new RequestError(415, 'unsupported_media_type', `Send the body as ${types} in UTF-8.`);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RequestError(400, 'invalid_json', 'The body is not valid UTF-8.');
  }
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RequestError(400, 'invalid_json', `${what} is not valid JSON.`);
  }
}

function parseLines(text: string): unknown[] {
  const values: unknown[] = [];
  let lineNumber = 0;
  // Not split at once: ten million empty lines would be as many strings.
  for (let from = 0; from < text.length;) {
    const next = text.indexOf('\n', from);
    const end = next === -1 ? text.length : next;
    lineNumber += 1;
    if (lineNumber > MAX_LINES)
      throw new RequestError(413, 'payload_too_large', `The body has more than ${MAX_LINES} lines.`);
    const line = end === from ? '' : text.slice(from, end);
    from = end + 1;
    if (line === '' || line.trim() === '') continue;
    if (Buffer.byteLength(line) > MAX_LINE_BYTES)
      throw new RequestError(413, 'payload_too_large', `Line ${lineNumber} is larger than 1 MB.`);
    values.push(parse(line, `Line ${lineNumber}`));
  }
  refuseBadText({ records: values });
  return values;
}

function refuseBadText(value: unknown): unknown {
  const bad = findBadText(value);
  if (bad?.reason === 'invalid_text')
    throw new RequestError(422, 'invalid_text', 'A text holds a character that cannot be stored.', [
      { path: bad.path, message: 'U+0000 and half surrogate pairs are no text.' },
    ]);
  if (bad)
    throw new RequestError(422, 'invalid_request', 'The body is nested too deeply.', [
      { path: bad.path.slice(0, 200), message: 'At most 64 levels.' },
    ]);
  return value;
}
