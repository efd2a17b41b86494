import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceRecord } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { JsonClient } from '../../platform/http-client/json-client.js';
import type { HttpJsonOptions } from './http-json-options.js';
import { mapDepartmentItem, mapUserItem } from './map-item.js';
import { type ListPage, type ListReading, readList } from './read-list.js';

type Message = SourceMessage<never>;

/** Most records in one message. */
const BATCH = 500;

/** Reads both lists to their ends: departments, then users. */
export async function* readApi(client: JsonClient, options: HttpJsonOptions): AsyncGenerator<Message> {
  const budget = { bytes: 0 };
  const { departments, users } = options;
  if (departments) {
    const reading: ListReading = { client, options, place: departments, name: 'departments', budget };
    yield* readKind(DEPARTMENT, reading, (item) => mapDepartmentItem(item, departments));
  }
  if (users) {
    const reading: ListReading = { client, options, place: users, name: 'users', budget };
    yield* readKind(USER, reading, (item) => mapUserItem(item, users));
  }
}

async function* readKind(
  kind: string,
  reading: ListReading,
  map: (item: unknown) => SourceRecord,
): AsyncGenerator<Message> {
  const ends = new ListEnd(reading);
  for await (const page of readList(reading)) {
    const records = page.items.filter(isObject).map(map);
    for (let at = 0; at < records.length; at += BATCH) {
      yield { type: 'records', kind, records: records.slice(at, at + BATCH) };
    }
    const unreadable = page.items.length - records.length;
    for (let count = 0; count < unreadable; count += 1) yield notAnObject(kind);
    ends.take(page, records);
  }
  yield* ends.messages(kind);
}

const isObject = (item: unknown): boolean => typeof item === 'object' && item !== null && !Array.isArray(item);

const notAnObject = (kind: string): Message => ({
  ...{ type: 'rejected', kind, externalId: null },
  ...{ code: 'invalid_record', reason: 'An item of the list is not an object.' },
});

/** Judges whether the list was read whole (R30). */
class ListEnd {
  private readonly seen = new Set<string>();
  private readonly totals = new Set<number | null>();
  private last: ListPage | null = null;
  private moved = false;

  constructor(private readonly reading: ListReading) {}

  take(page: ListPage, records: readonly SourceRecord[]): void {
    const ids = new Set(records.map(({ externalId }) => String(externalId)));
    for (const id of ids) this.moved ||= this.seen.has(id);
    for (const id of ids) this.seen.add(id);
    this.totals.add(page.total);
    this.last = page;
  }

  *messages(kind: string): Generator<Message> {
    const doubt = this.doubt();
    const { pages = 0, itemsSoFar = 0, total = null } = this.last ?? {};
    if (doubt === null) {
      const evidence = `${itemsSoFar} items on ${pages} pages to the last${total === null ? '' : `, total ${total}`}`;
      yield { type: 'complete', kind, evidence };
    } else yield { type: 'rejected', kind, externalId: null, ...doubt };
  }

  private doubt(): { readonly code: string; readonly reason: string } | null {
    const { total = null, itemsSoFar = 0 } = this.last ?? {};
    if (this.totals.size > 1 || (total !== null && total !== itemsSoFar)) {
      const reason = `The system says ${[...this.totals].join(', ')} in all, and ${itemsSoFar} came: nobody is absent.`;
      return { code: 'total_differs', reason };
    }
    const { type } = this.reading.options.paging;
    if (!this.moved || (type !== 'page' && type !== 'offset')) return null;
    const reason =
      'An id stands on two pages: the list moved while it was read, so nobody is absent. Ask for a fixed order.';
    return { code: 'pages_moved', reason };
  }
}
