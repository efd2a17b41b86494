import type { RecordKind, SourceRecord } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';

/** The number of records in one message. */
const BATCH = 500;

/** Collects records into messages; items that cannot be used are passed on at once. */
export async function* inBatches(
  kind: RecordKind,
  items: AsyncIterable<SourceRecord | Rejected>,
): AsyncGenerator<SourceMessage<never>> {
  let records: SourceRecord[] = [];
  for await (const item of items) {
    if ('type' in item) yield item;
    else if (records.push(item) === BATCH) {
      yield { type: 'records', kind, records };
      records = [];
    }
  }
  if (records.length > 0) yield { type: 'records', kind, records };
}
