import type { RecordKind, SourceRecord } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';

/** As many records as a message holds well. */
const BATCH = 500;

/** Gathers records into messages' worth; what can't be used is said at once. */
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
