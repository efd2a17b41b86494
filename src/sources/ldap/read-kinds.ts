import { AndFilter, type Filter } from 'ldapts';
import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { completeRanges } from './complete-ranges.js';
import type { Directory } from './directory.js';
import { entryId } from './entry-id.js';
import type { DirectoryIndex } from './index-directory.js';
import type { LdapCursor } from './ldap-cursor.js';
import type { LdapEntry } from './ldap-entry.js';
import { mapDepartment } from './map-department.js';
import { mapUser } from './map-user.js';
import { type KindPlan, listAttributes, type ReadPlan } from './read-plan.js';
import { searchPages } from './search-pages.js';

type Message = SourceMessage<LdapCursor>;

/** What the reads of both kinds share. */
export interface Reading {
  readonly directory: Directory;
  readonly plan: ReadPlan;
  readonly index: DirectoryIndex;
  /** The page size that the sweep settled. */
  readonly pageSize: number;
}

/** Tells all departments; nothing at all where the options have none, so that none is taken for gone. */
export async function* readDepartments(reading: Reading): AsyncGenerator<Message> {
  const { plan, index } = reading;
  const { departments } = index;
  if (plan.departments === null || departments === null) return;
  const kindPlan = plan.departments;
  const toData = (entry: LdapEntry) => mapDepartment(entry, kindPlan, departments);
  const evidence = yield* tellEntries(reading, { kind: DEPARTMENT, plan: kindPlan, toData, filter: kindPlan.filter });
  yield { type: 'complete', kind: DEPARTMENT, evidence };
}

/** Tells all users and says `complete`, or only those that match `changed`. Gives back the ids that it told. */
export async function* readUsers(reading: Reading, changed: Filter | null): AsyncGenerator<Message, Set<string>> {
  const { plan, index } = reading;
  const mapping = {
    plan: plan.users,
    index,
    ownersKnown: plan.departments?.fields['owners'] !== undefined,
    nowMs: Date.now(),
  };
  const toData = (entry: LdapEntry) => mapUser(entry, mapping);
  const told = new Set<string>();
  const { filter } = plan.users;
  const wanted = changed === null ? filter : new AndFilter({ filters: [filter, changed] });
  const tell = { kind: USER, plan: plan.users, toData, filter: wanted };
  if (changed !== null) yield* tellEntries(reading, { ...tell, told });
  else yield { type: 'complete', kind: USER, evidence: yield* tellEntries(reading, tell) };
  return told;
}

/** Ends a delta of changed users: everybody else of the sweep is still there, and that is all. */
export function* tellPresentUsers({ index, pageSize }: Reading, told: ReadonlySet<string>): Generator<Message> {
  const { users } = index;
  const others = [...users.ids.values()].filter((id) => !told.has(id));
  for (let at = 0; at < others.length; at += pageSize) {
    yield { type: 'present', kind: USER, externalIds: others.slice(at, at + pageSize) };
  }
  // An entry that hides its id may be one that we know: absence can't be proved then.
  for (const dn of users.withoutId) yield rejectNameless(USER, dn);
  const evidence = `id sweep: ${users.evidence}, ${told.size} of them read again`;
  yield { type: 'complete', kind: USER, evidence };
}

interface Telling {
  readonly kind: RecordKind;
  readonly plan: KindPlan;
  readonly filter: Filter;
  readonly toData: (entry: LdapEntry) => Record<string, unknown>;
  /** Delta: collects the ids that were told; entries without an id are the sweep's business then. */
  readonly told?: Set<string>;
}

async function* tellEntries(
  { directory, pageSize }: Reading,
  { kind, plan, filter, toData, told }: Telling,
): AsyncGenerator<Message, string> {
  const search = { baseDn: plan.baseDn, scope: 'sub', filter, attributes: listAttributes(plan) } as const;
  let evidence = '';
  for await (const page of searchPages(directory, search, pageSize)) {
    const records: SourceRecord[] = [];
    for (const entry of page.entries) {
      const externalId = entryId(entry, plan.idAttribute);
      if (externalId !== null) records.push({ externalId, data: toData(await completeRanges(directory, entry)) });
      else if (!told) yield rejectNameless(kind, entry.dn);
    }
    for (const { externalId } of records) told?.add(externalId as string);
    // A server that can't page sends all at once.
    for (let at = 0; at < records.length; at += pageSize) {
      yield { type: 'records', kind, records: records.slice(at, at + pageSize) };
    }
    evidence = page.evidence ?? evidence;
  }
  return evidence;
}

function rejectNameless(kind: RecordKind, dn: string): Message {
  const reason = `The entry "${dn}" shows no id attribute to the bind DN, so nobody can be taken for gone.`;
  return { type: 'rejected', kind, externalId: null, code: 'missing_id', reason };
}
