import { createHash, randomInt } from 'node:crypto';
import { z } from 'zod';
import { SourceReadError, SourceUnavailableError } from '../../domain/errors.js';
import { USER } from '../../domain/record.js';
import { partitionItems } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { decryptBytes } from '../../outbound/callbacks/sealed-message.js';
import { systemClock } from '../../outbound/http-client/clock.js';
import { fetchBytes } from '../../outbound/http-client/fetch-body.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import { parseJson } from '../../outbound/http-client/parse-json.js';
import type { Access } from './find-user.js';
import { viewOf } from './read-departments.js';
import { departmentMessages, userView } from './read-full.js';
import { readUserIds } from './read-user-ids.js';
import { UserSorter } from './user-sorter.js';
import type { WecomOptions } from './wecom-options.js';
import { departmentReading } from './wecom-shapes.js';
import { decodeBytes } from '../../platform/text/strict-decoder.js';

/** The objects that the jobs use. */
interface Within {
  readonly world: JsonWorld;
  readonly access: Access;
  readonly options: WecomOptions;
  readonly signal: AbortSignal;
}

type Message = SourceMessage<never>;

const jobAnswer = z.object({ jobid: z.string().min(1) });
const resultAnswer = z.object({
  /** The status of a job: 0 waiting, 1 running, 2 done, 3 failed. */
  status: z.number().int(),
  data_list: z.array(z.object({ url: z.url(), size: z.number(), md5: z.string() })).nullish(),
});

/** The number of records in a file; the minimum of WeCom, so that each file is small. */
const BLOCK = 10_000;
const POLL_MS = 3_000;
const EXPORT_TIMEOUT_MS = 30 * 60_000;
const MAX_FILE_BYTES = 256 * 1_048_576;
const FILE_TIMEOUT_MS = 10 * 60_000;

/**
 * Reads all members by export jobs (path/94849): two calls and the files, for any number of departments. Files are
 * encrypted with a key that exists only during the read, and their checksums are checked before they are used.
 */
export async function* readExport(within: Within): AsyncGenerator<Message> {
  const { access, options } = within;
  const aesKey = newAesKey();
  const departmentJob = await begin(access, 'export/department', aesKey);
  const userJob = await begin(access, 'export/user', aesKey);
  const departments: unknown[] = [];
  for await (const part of filesOf(within, departmentJob, aesKey)) departments.push(...part);
  const { items, rejected } = partitionItems(departments, departmentReading);
  const tree = { departments: items, rejected, view: viewOf(items, rejected) };
  yield* departmentMessages(tree);
  const ids = access.ids ? await readUserIds(access.ids) : null;
  const sorter = new UserSorter(userView(tree, options), ids);
  yield* sorter.rejectedIds();
  let files = 0;
  for await (const part of filesOf(within, userJob, aesKey)) {
    files += 1;
    yield* sorter.messagesOf(part);
  }
  yield* sorter.restOf(ids);
  yield { type: 'complete', kind: USER, evidence: `export job done, ${files} files with the announced checksums` };
}

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 43 characters of base64 have two bits more than 32 bytes; strict decoders require them to be 0. */
const LAST_CHARACTERS = 'AEIMQUYcgkosw048';

/** 43 letters and digits that stand for 32 bytes: WeCom takes neither `+` nor `/` (path/94849). */
export function newAesKey(): string {
  const pick = (from: string): string => from.charAt(randomInt(from.length));
  return Array.from({ length: 42 }, () => pick(LETTERS_AND_DIGITS)).join('') + pick(LAST_CHARACTERS);
}

async function begin({ details }: Access, api: string, aesKey: string): Promise<string> {
  const body = { encoding_aeskey: aesKey, block_size: BLOCK };
  return (await details.post(api, jobAnswer, body)).jobid;
}

async function* filesOf(within: Within, jobid: string, aesKey: string): AsyncGenerator<readonly unknown[]> {
  for (const { url, md5 } of await resultOf(within, jobid)) {
    const { world, options, signal } = within;
    const bytes = await fetchBytes({
      ...{ url, signal, timeoutMs: FILE_TIMEOUT_MS, maxBytes: MAX_FILE_BYTES, allowHttp: world.allowHttp ?? false },
      egress: world.egress,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
    if (createHash('md5').update(bytes).digest('hex') !== md5.toLowerCase()) {
      throw new SourceReadError('The checksum of an export file is wrong.');
    }
    yield itemsOf(decryptBytes(aesKey, bytes));
  }
}

async function resultOf({ world, access, signal }: Within, jobid: string) {
  const clock = world.clock ?? systemClock;
  for (const end = clock.now() + EXPORT_TIMEOUT_MS; clock.now() < end;) {
    const { status, data_list: files } = await access.details.get('export/get_result', resultAnswer, { jobid });
    if (status === 2) return files ?? [];
    if (status === 3) throw new SourceReadError('WeCom reports that the export failed.');
    await clock.sleep(POLL_MS, signal);
  }
  throw new SourceUnavailableError('The export was not finished within half an hour.');
}

/** The only list in the file, whatever its name. */
function itemsOf(bytes: Buffer | null): readonly unknown[] {
  try {
    const parsed: unknown = bytes && parseJson(decodeBytes(bytes));
    const lists = Array.isArray(parsed) ? [parsed as unknown[]] : Object.values(parsed ?? {}).filter(Array.isArray);
    if (lists[0]) return lists[0] as unknown[];
  } catch {
    // Reported below, without the decrypted text.
  }
  throw new SourceReadError('An export file cannot be decrypted or read.');
}
