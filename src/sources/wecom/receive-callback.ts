import { DEPARTMENT, USER } from '../../domain/record.js';
import { SourceConfigError } from '../../domain/errors.js';
import { isRecent, isSignedBy, openMessage } from '../../outbound/callbacks/sealed-message.js';
import type { Hint, HookAnswer, HookRequest } from '../source-adapter.js';
import { userKey } from './wecom-shapes.js';
import type { WecomOptions } from './wecom-options.js';
import { decodeBytes, UndecodableTextError } from '../../platform/text/strict-decoder.js';
import { SaxesParser } from 'saxes';

/**
 * Receives a call of WeCom: GET is a test of the address (the decrypted text is the answer), POST an event
 * (path/90930).
 * @throws SourceConfigError if the source has no callback settings
 */
export function receiveCallback(request: HookRequest, options: WecomOptions, nowMs: number): HookAnswer {
  const { callback, corpId } = options;
  if (!callback) throw new SourceConfigError('This source has no callback settings: enter Token and EncodingAESKey.');
  const sealed = request.method === 'GET' ? request.query['echostr'] : encryptedIn(request.body);
  if (!sealed) return { accepted: false, code: 'unreadable' };
  const mistake = findMistake({ ...request.query, sealed }, callback, nowMs);
  if (mistake) return { accepted: false, code: mistake };
  const opened = openMessage(callback.aesKey, sealed);
  if (opened?.receiver !== corpId) return { accepted: false, code: 'unreadable' };
  if (request.method === 'GET') return accepted([], opened.message);
  return accepted(hintsOf(readXml(opened.message)), 'success');
}

interface Signed {
  readonly sealed: string;
  readonly msg_signature?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
}

function findMistake(
  { sealed, msg_signature: signature = '', timestamp = '', nonce = '' }: Signed,
  { token, replayWindowS }: NonNullable<WecomOptions['callback']>,
  nowMs: number,
): 'bad_signature' | 'stale' | null {
  if (!isSignedBy({ token, timestamp, nonce, sealed }, signature)) return 'bad_signature';
  return isRecent(timestamp, { nowMs, windowMs: replayWindowS * 1_000 }) ? null : 'stale';
}

function accepted(hints: readonly Hint[], body: string): HookAnswer {
  return { accepted: true, hints, reply: { status: 200, contentType: 'text/plain; charset=utf-8', body } };
}

/**
 * The ids of the changed objects. Callback addresses created since 2022-08-15 receive only ids, and no renames of
 * departments (path/96302).
 */
function hintsOf(event: Readonly<Record<string, string>>): readonly Hint[] {
  if (event['Event'] !== 'change_contact') return [];
  const change = event['ChangeType'] ?? '';
  if (/^(create|update|delete)_user$/.test(change)) {
    return named([event['UserID'], event['NewUserID']]).map((id) => ({ kind: USER, externalId: userKey(id) }));
  }
  if (/^(create|update|delete)_party$/.test(change)) {
    return named([event['Id']]).map((id) => ({ kind: DEPARTMENT, externalId: id }));
  }
  return [];
}

const named = (ids: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(ids.flatMap((id) => (id === undefined || id === '' || id.length > 255 ? [] : [id]))),
];

/** undefined = the body is not text, or has no such element. */
function encryptedIn(body: Buffer): string | undefined {
  try {
    return readXml(decodeBytes(body))['Encrypt'];
  } catch (error) {
    if (error instanceof UndecodableTextError) return undefined;
    throw error;
  }
}

/** The texts of the elements directly below the root; empty if the body is not XML. Deeper elements are skipped. */
function readXml(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const path: string[] = [];
  const parser = new SaxesParser();
  let broken = false;
  const add = (part: string): void => {
    const name = path.length === 2 ? path[1] : undefined;
    if (name !== undefined) found[name] = (found[name] ?? '') + part;
  };
  parser.on('opentag', ({ name }) => void path.push(name));
  parser.on('closetag', () => void path.pop());
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('error', () => {
    broken = true;
  });
  parser.write(text).close();
  return broken ? {} : found;
}
