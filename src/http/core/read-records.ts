import { RequestError } from '../../domain/errors.js';
import { parseRecords } from '../../outbound/http-client/parse-json.js';
import { type LongWork, startLongWork } from '../../platform/long-work.js';
import type { BodyShare } from './body-budget.js';
import { decodePiece, decodeUtf8, invalidJson } from './body-text.js';
import { type ListOutline, scanInSteps } from './scan-json.js';

/** Records of one request. */
export const MAX_RECORDS = 10_000;
/** Bytes of one record, and of all that stands beside the records: what is parsed at once. */
export const MAX_RECORD_BYTES = 1_048_576;
/** Records that are parsed at once have so many bytes together. */
const GROUP_BYTES = 32_768;
/** A larger body waits for its turn before it is looked at. */
const LARGE_BYTES = 65_536;

/**
 * Parses a JSON object with lists of records as `parseRecords` does, in time slices: the lists are cut out, parsed group
 * by group and put back. The time of one time slice depends on the largest record, not on the body.
 * @throws RequestError `invalid_json`, `payload_too_large`, and those of `scanInSteps` and `share.takeRecords`.
 */
export async function readRecords(bytes: Buffer, share: Pick<BodyShare, 'takeRecords'>): Promise<unknown> {
  const work = await beginWork(bytes);
  const outlines = await scanSlowly(bytes, { work, maxItems: MAX_RECORDS });
  share.takeRecords(outlines.reduce((sum, { commas }) => sum + commas.length + 1, 0));
  const body = parseRest(bytes, outlines);
  if (outlines.length === 0) return body;
  const lists: unknown[][] = [];
  for (const outline of outlines) lists.push(await parseList(bytes, outline, work));
  // Every list in the outermost object was cut out, and holds its number.
  const entries = Object.entries(body as object).map(([key, value]: [string, unknown]) =>
    Array.isArray(value) ? [key, lists[Number(value[0])]] : [key, value],
  );
  return Object.fromEntries(entries);
}

/** Begins the work on a body; a large one waits for its turn. */
export async function beginWork(bytes: Buffer): Promise<LongWork> {
  const work = startLongWork();
  if (bytes.length > LARGE_BYTES) await work.rest();
  return work;
}

/** Scans a body in time slices. @throws RequestError, see `scanInSteps` */
export async function scanSlowly(
  bytes: Buffer,
  { work, maxItems }: { readonly work: LongWork; readonly maxItems?: number },
): Promise<readonly ListOutline[]> {
  const steps = scanInSteps(bytes, maxItems);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (work.isDue()) await work.rest();
  }
}

/** The body with the number of each list in its place. */
function parseRest(bytes: Buffer, outlines: readonly ListOutline[]): unknown {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const [at, outline] of outlines.entries()) {
    pieces.push(bytes.subarray(from, outline.from), Buffer.from(String(at)));
    from = outline.to;
  }
  const rest = Buffer.concat([...pieces, bytes.subarray(from)]);
  if (rest.length > MAX_RECORD_BYTES)
    throw new RequestError(413, 'payload_too_large', 'The body without its records is larger than 1 MB.');
  return parseText(decodeUtf8(rest));
}

async function parseList(bytes: Buffer, outline: ListOutline, work: LongWork): Promise<unknown[]> {
  const { from, to, commas } = outline;
  const records: unknown[] = [];
  const ends = [...commas, to];
  let first = from;
  let begin = from;
  for (const [at, end] of ends.entries()) {
    if (end - begin > MAX_RECORD_BYTES)
      throw new RequestError(413, 'payload_too_large', `The record at position ${at} is larger than 1 MB.`);
    begin = end + 1;
    if (end - first < GROUP_BYTES && end !== to) continue;
    const group = parseText(`[${decodePiece(bytes.subarray(first, end))}]`) as unknown[];
    // Nothing between commas, or behind the last one, is no JSON; nothing between brackets is an empty list.
    if (group.length === 0 && commas.length > 0) throw invalidJson('The body');
    for (const record of group) records.push(record);
    first = end + 1;
    if (work.isDue()) await work.rest();
  }
  return records;
}

function parseText(text: string): unknown {
  try {
    return parseRecords(text);
  } catch {
    throw invalidJson('The body');
  }
}
