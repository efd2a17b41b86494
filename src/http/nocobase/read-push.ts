import { RequestError } from '../../domain/errors.js';
import { isManual } from '../../domain/manual-source.js';
import type { Tx } from '../../platform/db.js';
import { permitSource } from '../../access/permit.js';
import type { Principal } from '../../access/accounts/principal.js';
import { findSource, type SourceRow } from '../api/sources/source.store.js';
import type { RecordTarget } from '../../targets/target.js';
import type { TargetRegistry } from '../../targets/target-registry.js';

/**
 * Finds an enabled source; a disabled one is not there for clients of the compatible API.
 * @throws RequestError `forbidden`, or 400 in their words.
 */
export async function findSyncSource(tx: Tx, principal: Principal, name: string): Promise<SourceRow> {
  const source = await findSource(tx, name);
  permitSource(principal, source?.id ?? null);
  if (!source?.enabled || isManual(source.id))
    throw new RequestError(400, 'source_not_found', `SyncSource [${name}] is not found.`);
  return source;
}

/** A push of the compatible API, checked as far as its messages go. */
interface CompatiblePush {
  readonly dataType: string;
  readonly matchKey: string | null;
  readonly records: unknown[];
  readonly sourceName: string;
}

/** The push source that takes what names none. */
const DEFAULT_SOURCE = 'api';

/**
 * Reads a body in the order, and refuses it in the words, that clients of the compatible API know.
 * @throws RequestError 400.
 */
export function readPush(body: unknown, targets: TargetRegistry): CompatiblePush {
  const given = isObject(body) ? body : {};
  const { dataType, matchKey, records, sourceName = DEFAULT_SOURCE } = given;
  const target = typeof dataType === 'string' ? targets.ofKind(dataType) : undefined;
  if (!target) throw refused(`dataType ${String(dataType)} is not supported`);
  if (records === undefined || records === null) throw refused('records for user data synchronize is required');
  if (!Array.isArray(records)) throw refused('records must be an array');
  if (records.length === 0) throw refused('records must have at least one piece of data');
  if (typeof sourceName !== 'string') throw refused('sourceName must be a string');
  refuseWithoutUid(records);
  return { dataType: target.kind, matchKey: knownKey(target, matchKey), records, sourceName };
}

/** As in the reference, a match key that means nothing is passed over. */
function knownKey(target: RecordTarget, matchKey: unknown): string | null {
  return typeof matchKey === 'string' && target.matchKeys.includes(matchKey) ? matchKey : null;
}

/** As in the reference; what is no object is refused by its place, and the others are used (R7). */
function refuseWithoutUid(records: readonly unknown[]): void {
  const bad = records.find((record) => isObject(record) && isMissing(record['uid']));
  if (bad === undefined) return;
  throw refused(`record must has uid, error record: ${JSON.stringify(bad, withoutPassword)}`);
}

function isMissing(uid: unknown): boolean {
  return uid === undefined || uid === null || uid === '';
}

function withoutPassword(key: string, value: unknown): unknown {
  return key.toLowerCase() === 'password' ? undefined : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(message: string): RequestError {
  return new RequestError(400, 'invalid_request', message);
}
