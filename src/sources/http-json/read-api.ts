import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { UnseenIds } from '../source-adapter.js';
import type { JsonClient } from '../../outbound/http-client/json-client.js';
import type { HttpJsonOptions } from './http-json-options.js';
import { type Doubt, judgeWalk, ListWalk } from './list-proof.js';
import { leaveOutDeep, mapDepartmentItem, mapUserItem, refuseItem } from './map-item.js';
import { type ListReading, readList, type TotalTrust } from './read-list.js';

type Message = SourceMessage<never>;

/** The largest number of records in one message. */
const BATCH = 500;

/** How the items of a list become messages. */
interface KindReading extends ListReading {
  readonly kind: RecordKind;
  readonly map: (item: unknown) => SourceRecord;
  readonly unseenIds: UnseenIds | undefined;
}

/** Reads both lists to their ends: departments, then users. */
export async function* readApi(
  client: JsonClient,
  options: HttpJsonOptions,
  unseenIds?: UnseenIds,
): AsyncGenerator<Message> {
  const { departments, users } = options;
  const shared = { client, options, unseenIds, budget: { bytes: 0 } };
  const mayMiss = (kind: RecordKind) => async () => (await unseenIds?.(kind, 1))?.length !== 0;
  if (departments) {
    const reading = {
      ...shared,
      place: departments,
      name: 'departments',
      kind: DEPARTMENT,
      mayMiss: mayMiss(DEPARTMENT),
    } as const;
    yield* readKind({ ...reading, map: (item) => mapDepartmentItem(item, departments) });
  }
  if (users) {
    const reading = { ...shared, place: users, name: 'users', kind: USER, mayMiss: mayMiss(USER) } as const;
    yield* readKind({ ...reading, map: (item) => mapUserItem(item, users) });
  }
}

/** Walks over a list, several times if one walk proves nothing, and reports whether the whole list was read (R30). */
async function* readKind(reading: KindReading): AsyncGenerator<Message> {
  const { kind, budget } = reading;
  const known = new Set<string>();
  const bytesBefore = budget.bytes;
  let before: Doubt | null = null;
  let hasHole = false;
  let trust: TotalTrust = 'look';
  for (let walks = 1; ; walks += 1) {
    // The limit is for the data of a read, not for the number of walks.
    if (walks > 1) budget.bytes = bytesBefore;
    const walk = new ListWalk(known);
    // One request after an empty page is enough, unless the page had items.
    const look = walks === 1 || hasHole ? reading : { ...reading, mayMiss: undefined };
    yield* readWalk(look, walk, { isFirst: walks === 1, trust });
    hasHole = walk.hasHole;
    const unseen = await countUnseen(reading, walk);
    const verdict = judgeWalk(walk, { walks, before, isUnseen: unseen === 'some' });
    const isProved = verdict.is === 'again' && walk.doubt() === null && unseen === 'none';
    if (verdict.is === 'complete' || isProved) {
      const times = walks === 1 ? '' : `, read ${walks} times`;
      yield { type: 'complete', kind, evidence: walk.evidence + times };
      return;
    }
    if (verdict.is === 'doubtful') {
      const { code, reason } = verdict;
      yield { type: 'rejected', kind, externalId: null, code, reason: `${reason} No record is counted as absent.` };
      return;
    }
    before = walk.doubt();
    trust = walk.isTotalWrong ? 'wrong' : 'right';
  }
}

/** A record that a walk did not find matters only if it is linked: if all linked records were found, none is absent. */
async function countUnseen(
  { unseenIds, kind }: KindReading,
  { isPaged }: ListWalk,
): Promise<'none' | 'some' | 'unknown'> {
  if (unseenIds === undefined || !isPaged) return 'unknown';
  return (await unseenIds(kind, 1))?.length === 0 ? 'none' : 'some';
}

/** The first walk yields all records that it finds; later walks yield only records that no earlier walk found. */
async function* readWalk(
  reading: KindReading,
  walk: ListWalk,
  { isFirst, trust }: { readonly isFirst: boolean; readonly trust: TotalTrust },
): AsyncGenerator<Message> {
  const { kind, map } = reading;
  for await (const page of readList(reading, trust)) {
    const problems = page.items.map((item) => refuseItem(item));
    const records = page.items.map((item, at) => (problems[at] ? null : leaveOutDeep(map(item))));
    const fresh = walk.take(
      page,
      records.map((record) => idOf(record?.externalId)),
    );
    const fitting = records.filter((record, at) => record !== null && (isFirst || fresh[at])) as SourceRecord[];
    for (let at = 0; at < fitting.length; at += BATCH)
      yield { type: 'records', kind, records: fitting.slice(at, at + BATCH) };
    for (const [at, problem] of problems.entries()) {
      if (problem && (isFirst || fresh[at])) yield { type: 'rejected', kind, ...problem };
    }
  }
}

const idOf = (id: unknown): string | null => (typeof id === 'string' || typeof id === 'number' ? String(id) : null);
