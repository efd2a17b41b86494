import type { z } from 'zod';
import { readExternalId } from './external-id.js';
import type { RecordKind } from './record.js';
import type { SourceMessage } from './source-message.js';

/** A record that an adapter cannot use; its known values stay (R7). */
export type Rejected = Extract<SourceMessage<never>, { type: 'rejected' }>;

/** The items of a list that can be used, and the others. */
export interface PartitionedItems<Item> {
  readonly items: readonly Item[];
  readonly rejected: readonly Rejected[];
}

/** How one item of a list is read. */
export interface ItemReading<Item> {
  readonly kind: RecordKind;
  readonly schema: z.ZodType<Item>;
  /** The external id of an item that the schema refuses. */
  readonly idOf: (item: Readonly<Record<string, unknown>>) => unknown;
}

/** Reads a list item by item, so that an invalid item does not affect the others (R7). */
export function partitionItems<Item>(list: readonly unknown[], reading: ItemReading<Item>): PartitionedItems<Item> {
  const items: Item[] = [];
  const rejected: Rejected[] = [];
  for (const one of list) {
    const parsed = reading.schema.safeParse(one);
    if (parsed.success) items.push(parsed.data);
    else rejected.push(rejectItem(one, reading, parsed.error));
  }
  return { items, rejected };
}

/** The rejection of an invalid item, with its id, a code and the field. */
function rejectItem(
  item: unknown,
  { kind, idOf }: Pick<ItemReading<unknown>, 'kind' | 'idOf'>,
  { issues }: z.ZodError,
): Rejected {
  const isObject = item !== null && typeof item === 'object' && !Array.isArray(item);
  const id = readExternalId(isObject ? idOf(item as Record<string, unknown>) : undefined);
  const path = issues[0]?.path.join('.') ?? '';
  const cause = issues[0]?.message ?? 'is not valid';
  const seen = { type: 'rejected', kind } as const;
  if (!id.ok) return { ...seen, externalId: null, code: id.code, reason: id.message };
  if (path === '') return { ...seen, externalId: id.externalId, code: 'invalid_record', reason: cause };
  return { ...seen, externalId: id.externalId, code: 'invalid_field', reason: `${path}: ${cause}` };
}
