import type { Request } from 'express';
import { RequestError } from '../../domain/errors.js';
import { parseJson } from '../../outbound/http-client/parse-json.js';
import type { BodyShare } from './body-budget.js';
import { decodeUtf8, findBadText, invalidJson } from './body-text.js';
import { readBytes } from './read-bytes.js';
import { readLines } from './read-lines.js';
import { readRecords } from './read-records.js';
import { scanJson } from './scan-json.js';

/** What a route takes as a body. */
export interface BodyLimits {
  readonly limitBytes: number;
  /** Whether `application/x-ndjson`, a record a line, serves too. */
  readonly lines: boolean;
  /** The body has records: each is judged by itself, so a text that can't be stored or an odd number costs no others. */
  readonly records?: boolean;
}

/** A body that was sent: one JSON value, or the values of its lines. */
export type SentBody =
  { readonly type: 'none' } | { readonly type: 'json'; readonly value: unknown } | { type: 'lines'; values: unknown[] };

const LINES = 'application/x-ndjson';

/**
 * Reads and parses a body, and refuses what could not be stored: broken UTF-8, U+0000, half surrogates. Bodies with
 * records may be large: those are read in time slices.
 * @throws RequestError `invalid_json`, `invalid_text`, `unsupported_media_type`, `payload_too_large`, `too_deep`, `too_many_keys`,
 * `forbidden_key`, `too_many_records`, `too_much_in_flight`, `busy`.
 */
export async function readBody(request: Request, limits: BodyLimits, share: BodyShare): Promise<SentBody> {
  if (!hasBody(request)) return { type: 'none' };
  const type = request.is(limits.lines ? ['json', '+json', LINES] : ['json', '+json']);
  if (!type || !isUtf8(request)) throw unsupported(limits);
  const bytes = await readBytes(request, limits.limitBytes, share);
  if (type === LINES) return { type: 'lines', values: await readLines(bytes, share) };
  const { records = false } = limits;
  const value = records ? await readRecords(bytes, share) : readValue(bytes);
  refuseBadText(records ? withoutRecords(value) : value);
  return { type: 'json', value };
}

function readValue(bytes: Buffer): unknown {
  scanJson(bytes);
  const text = decodeUtf8(bytes);
  try {
    return parseJson(text);
  } catch {
    throw invalidJson('The body');
  }
}

/** What of a body with records is judged as a whole. */
function withoutRecords(body: unknown): unknown {
  if (body === null || typeof body !== 'object' || !('records' in body)) return body;
  return Array.isArray(body.records) ? { ...body, records: [] } : body;
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

function refuseBadText(value: unknown): void {
  const bad = findBadText(value);
  if (bad?.reason === 'invalid_text')
    throw new RequestError(422, 'invalid_text', 'A text has a character that cannot be stored.', [
      { path: bad.path, message: 'U+0000 and half surrogate pairs are not allowed.' },
    ]);
  if (bad)
    throw new RequestError(422, 'invalid_request', 'The body is nested too deeply.', [
      { path: bad.path.slice(0, 200), message: 'At most 64 levels.' },
    ]);
}
