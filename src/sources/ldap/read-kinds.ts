import type { Filter } from 'ldapts';
import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { type Directory, searchPages } from './directory.js';
import { dnKey, parseDn } from './dn.js';
import { entryId } from './entry-id.js';
import { type KindIndex, sweepDepartments } from './index-directory.js';
import { isConflictCopy, type PageSize } from './sweep.js';
import type { LdapCursor } from './ldap-config.js';
import type { LdapEntry } from './ldap-entry.js';
import { mapDepartment, type MappedEntry } from './map-fields.js';
import { mapUser } from './map-user.js';
import { listAttributes, type ReadPlan } from './read-plan.js';
import type { SettledIndex } from './settle-index.js';

type Message = SourceMessage<LdapCursor>;

/** The data that the reads of both kinds share. */
export interface Reading extends SettledIndex {
  readonly directory: Directory;
  readonly plan: ReadPlan;
  /** The page size that the sweep determined. */
  readonly pageSize: PageSize;
  /** The departments for users that the sweep did not find. */
  readonly late: { departments: KindIndex | null; refreshes: number };
  /** The external ids of users that are proved to have no lock. */
  readonly unlocked: ReadonlySet<string>;
}

/** Yields all departments; nothing if the options have none, so that none counts as absent. */
export function* yieldDepartments(reading: Reading): Generator<Message> {
  const { plan, departments, settled, pageSize } = reading;
  if (plan.departments === null || departments === null) return;
  const records: SourceRecord[] = [];
  for (const entry of departments.entries) {
    const externalId = entryId(entry, plan.departments.idAttribute);
    if (externalId === null) {
      yield rejectNameless(DEPARTMENT, entry.dn);
      continue;
    }
    const { data, ...rest } = mapDepartment(entry, plan.departments, departments.index);
    const { parentUid, ...fields } = data;
    records.push({ externalId, data: settled ? { parentUid, ...fields } : fields, ...rest });
  }
  yield* inMessages(DEPARTMENT, records, pageSize.current);
  if (settled) yield { type: 'complete', kind: DEPARTMENT, evidence: departments.index.evidence };
}

/** Which users of a search are yielded, and which data is collected. */
export interface UserSearch {
  readonly filter: Filter;
  /** Collects the ids of the yielded records. */
  readonly yielded: Set<string>;
  /** Leaves out the users that it refuses. */
  readonly accepts?: (externalId: string) => boolean;
  /** Entries without an id were reported by the sweep. */
  readonly skipNameless?: boolean;
}

/** Yields the users that a search finds. @returns the evidence of its end */
export async function* yieldUsers(reading: Reading, search: UserSearch): AsyncGenerator<Message, string> {
  const { directory, plan, pageSize } = reading;
  const { baseDn, idAttribute } = plan.users;
  const asked = { baseDn, scope: 'sub', filter: search.filter, attributes: listAttributes(plan.users) } as const;
  let evidence = '';
  for await (const page of searchPages(directory, asked, pageSize.current)) {
    await refreshDepartments(reading, page.entries);
    const records: SourceRecord[] = [];
    for (const entry of page.entries) {
      const externalId = entryId(entry, idAttribute);
      if (isConflictCopy(entry)) continue;
      if (externalId === null) {
        if (!search.skipNameless) yield rejectNameless(USER, entry.dn);
      } else if (search.accepts?.(externalId) ?? true) {
        search.yielded.add(externalId);
        records.push({ externalId, ...toUser(reading, externalId, entry) });
      }
    }
    yield* inMessages(USER, records, pageSize.current);
    evidence = page.evidence ?? evidence;
  }
  return evidence;
}

/** Reports that an entry hides its id: it may be a linked one, so absence cannot be proved. */
export function rejectNameless(kind: RecordKind, dn: string): Message {
  const reason = `The entry "${dn}" shows no id attribute to the bind DN, so no record of its kind counts as absent.`;
  return { type: 'rejected', kind, externalId: null, code: 'missing_id', reason };
}

/** A server that does not support paging sends all entries at once. */
function* inMessages(kind: RecordKind, records: readonly SourceRecord[], size: number): Generator<Message> {
  for (let at = 0; at < records.length; at += size) {
    yield { type: 'records', kind, records: records.slice(at, at + size) };
  }
}

function toUser(reading: Reading, externalId: string, entry: LdapEntry): MappedEntry {
  const { plan, index, late, settled } = reading;
  return mapUser(entry, {
    plan: plan.users,
    index,
    ownersKnown: plan.departments?.fields['owners'] !== undefined,
    nowMs: Date.now(),
    place: index.places.get(externalId),
    departmentsNow: late.departments ?? index.departments,
    settled,
    isUnlocked: reading.unlocked.has(externalId),
  });
}

const MAX_REFRESHES = 3;

/**
 * A user that the sweep did not find may be in a unit that is new or was renamed. Then its parent is not in the sweep,
 * and the departments are swept again.
 */
async function refreshDepartments(reading: Reading, entries: readonly LdapEntry[]): Promise<void> {
  const { directory, plan, index, late, pageSize } = reading;
  if (plan.departments === null || late.refreshes >= MAX_REFRESHES) return;
  const isStrange = (entry: LdapEntry): boolean => {
    const externalId = entryId(entry, plan.users.idAttribute);
    if (externalId === null || index.places.has(externalId)) return false;
    const parent = dnKey((parseDn(entry.dn) ?? []).slice(1));
    const departments = late.departments ?? index.departments;
    return !index.containers.has(parent) && departments?.ids.has(parent) !== true;
  };
  if (!entries.some(isStrange)) return;
  late.refreshes += 1;
  late.departments = (await sweepDepartments(directory, plan.departments, pageSize)).index;
}
