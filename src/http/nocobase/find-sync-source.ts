import { RequestError } from '../../domain/errors.js';
import { isManual } from '../../domain/manual-source.js';
import type { Tx } from '../../platform/db.js';
import { permitSource } from '../../access/permit.js';
import type { Principal } from '../../access/accounts/principal.js';
import { findSource, type SourceRow } from '../api/sources/source.store.js';

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
