import { RequestError } from '../../domain/errors.js';
import { parseRecords } from '../../outbound/http-client/parse-json.js';
import type { BodyShare } from './body-budget.js';
import { decodePiece, decodeUtf8, invalidJson } from './body-text.js';
import { beginWork, MAX_RECORD_BYTES, MAX_RECORDS, scanSlowly } from './read-records.js';
import { tooManyRecords } from './scan-json.js';

/** Empty ones count. */
const MAX_LINES = 50_000;
const LINE_FEED = 0x0a;

/** Where a line with content stands. */
interface Line {
  /** From 1. */
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Parses a record a line, in time slices. Lines are counted and measured before the first is parsed.
 * @throws RequestError `payload_too_large`, `too_many_records`, `invalid_json`, and those of `scanInSteps` and
 * `share.takeRecords`.
 */
export async function readLines(bytes: Buffer, share: Pick<BodyShare, 'takeRecords'>): Promise<unknown[]> {
  const work = await beginWork(bytes);
  const lines = findLines(bytes);
  share.takeRecords(lines.length);
  await scanSlowly(bytes, { work });
  const values: unknown[] = [];
  for (const { number, from, to } of lines) {
    const line = bytes.subarray(from, to);
    const text = from === 0 ? decodeUtf8(line) : decodePiece(line);
    if (text.trim() !== '') values.push(parseLine(text, number));
    if (work.isDue()) await work.rest();
  }
  return values;
}

function findLines(bytes: Buffer): readonly Line[] {
  const lines: Line[] = [];
  let number = 0;
  for (let from = 0; from < bytes.length;) {
    const next = bytes.indexOf(LINE_FEED, from);
    const to = next === -1 ? bytes.length : next;
    number += 1;
    if (number > MAX_LINES)
      throw new RequestError(413, 'payload_too_large', `The body has more than ${MAX_LINES} lines.`);
    if (to - from > MAX_RECORD_BYTES)
      throw new RequestError(413, 'payload_too_large', `Line ${number} is larger than 1 MB.`);
    if (!isBlank(bytes, from, to) && lines.push({ number, from, to }) > MAX_RECORDS) throw tooManyRecords(MAX_RECORDS);
    from = to + 1;
  }
  return lines;
}

/** Only white space of JSON: the first other byte ends the look. */
function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  }
  return true;
}

function parseLine(text: string, number: number): unknown {
  try {
    return parseRecords(text);
  } catch {
    throw invalidJson(`Line ${number}`);
  }
}
