import { AndFilter, EqualityFilter, type Filter, OrFilter } from 'ldapts';
import { USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ReadRequest } from '../source-adapter.js';
import { idValue } from './entry-id.js';
import type { LdapCursor } from './ldap-config.js';
import { findMovedLinks } from './link-digest.js';
import { type Reading, rejectNameless, yieldUsers } from './read-kinds.js';

type Message = SourceMessage<LdapCursor>;

/** The input of a delta of users. */
export interface UserChanges {
  /** Finds the users whose own entry changed. */
  readonly filter: Filter;
  readonly since: LdapCursor;
  readonly findUnlinked: ReadRequest<LdapCursor>['findUnlinked'];
}

/** The number of ids in one search; OpenLDAP and AD look up each of them in an index. */
const IDS_PER_SEARCH = 100;
/** The number of ids in one call to the engine. */
const IDS_PER_QUESTION = 10_000;

/** Yields all users and `complete`. Users that only the sweep found are requested again. */
export async function* readAllUsers(reading: Reading): AsyncGenerator<Message> {
  const { plan, index, settled } = reading;
  const yielded = new Set<string>();
  const evidence = yield* yieldUsers(reading, { filter: plan.users.filter, yielded });
  // A server that sorts by a value that changes meanwhile can omit an entry in one of two passes.
  yield* yieldByIds(
    reading,
    idsOf(reading).filter((id) => !yielded.has(id)),
    yielded,
  );
  if (settled) yield { type: 'complete', kind: USER, evidence: evidence || index.users.evidence };
}

/**
 * Yields the users that changed, those for which the engine has no linked record, and those that depend on other
 * entries that changed; names all others as present. Reads all users if these are many.
 */
export async function* readChangedUsers(reading: Reading, changes: UserChanges): AsyncGenerator<Message> {
  const { plan, index, pageSize } = reading;
  const ids = idsOf(reading);
  const toRead = await findUsersToRead(reading, ids, changes);
  if (toRead.size > Math.max(10 * IDS_PER_SEARCH, ids.length / 10)) {
    yield* readAllUsers(reading);
    return;
  }
  const yielded = new Set<string>();
  const filter = new AndFilter({ filters: [plan.users.filter, changes.filter] });
  yield* yieldUsers(reading, { filter, yielded, skipNameless: true });
  yield* yieldByIds(
    reading,
    [...toRead].filter((id) => !yielded.has(id)),
    yielded,
  );
  const others = ids.filter((id) => !yielded.has(id));
  for (let at = 0; at < others.length; at += pageSize.current) {
    yield { type: 'present', kind: USER, externalIds: others.slice(at, at + pageSize.current) };
  }
  // An entry that hides its id may be a linked one: then absence cannot be proved.
  for (const dn of index.users.withoutId) yield rejectNameless(USER, dn);
  const evidence = `id sweep: ${index.users.evidence}, ${yielded.size} of them read again`;
  yield { type: 'complete', kind: USER, evidence };
}

const idsOf = ({ index }: Reading): readonly string[] => [...new Set(index.users.ids.values())];

/** The users to read regardless of their change mark. */
async function findUsersToRead(
  { index }: Reading,
  ids: readonly string[],
  { since, findUnlinked }: UserChanges,
): Promise<ReadonlySet<string>> {
  const unlinked = new Set<string>();
  for (let at = 0; findUnlinked && at < ids.length; at += IDS_PER_QUESTION) {
    for (const id of await findUnlinked(USER, ids.slice(at, at + IDS_PER_QUESTION))) unlinked.add(id);
  }
  const moved = since.links === undefined ? ids : findMovedLinks(index, { before: since.links, unlinked });
  return new Set([...unlinked, ...moved]);
}

/** Yields the users with these ids that still match the filter. The caller handles those that are not found. */
async function* yieldByIds(reading: Reading, ids: readonly string[], yielded: Set<string>): AsyncGenerator<Message> {
  const { idAttribute, filter } = reading.plan.users;
  const { schema } = reading.directory;
  const wanted = new Set(ids);
  for (let at = 0; at < ids.length; at += IDS_PER_SEARCH) {
    const filters = ids
      .slice(at, at + IDS_PER_SEARCH)
      .map((id) => new EqualityFilter({ attribute: idAttribute, value: idValue(idAttribute, id, schema) }));
    const either = new AndFilter({ filters: [filter, new OrFilter({ filters })] });
    yield* yieldUsers(reading, { filter: either, yielded, accepts: (id) => wanted.has(id), skipNameless: true });
  }
}
