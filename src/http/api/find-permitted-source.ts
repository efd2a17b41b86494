import { RequestError } from '../../domain/errors.js';
import type { Tx } from '../../platform/db.js';
import { permitSource } from '../../access/permit.js';
import type { Principal } from '../../access/accounts/principal.js';
import { findSource, type SourceRow } from './sources/source.store.js';

/**
 * Finds the source that a path names, for a caller who may touch it.
 * @throws RequestError `forbidden` before it tells a narrowed key whether another source exists; `source_not_found`.
 */
export async function findPermittedSource(tx: Tx, principal: Principal, name: string): Promise<SourceRow> {
  return permitted(principal, name, await findSource(tx, name));
}

/** The same for a source that was looked up by its name already. @throws RequestError as `findPermittedSource`. */
export function permitted(principal: Principal, name: string, source: SourceRow | null): SourceRow {
  permitSource(principal, source?.id ?? null);
  if (!source) throw new RequestError(404, 'source_not_found', `There is no source "${name}".`);
  return source;
}
