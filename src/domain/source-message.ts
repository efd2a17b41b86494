import type { RecordKind, SourceRecord } from './record.js';

/**
 * One message of a read. Order matters: a checkpoint covers every message before it.
 *
 * `complete` is a message of its own: the end of the loop alone does not prove the end of the list.
 */
export type SourceMessage<Cursor> =
  | {
      /** Records that are present, a few hundred per message. */
      readonly type: 'records';
      readonly kind: RecordKind;
      readonly records: readonly SourceRecord[];
      /** The push that they come from, if any. */
      readonly origin?: string;
    }
  | {
      /** The source reports these records as deleted. */
      readonly type: 'tombstones';
      readonly kind: RecordKind;
      readonly externalIds: readonly unknown[];
      readonly origin?: string;
      /** The position of each in its push, from 0. */
      readonly places?: readonly number[];
    }
  | {
      /**
       * Records that still exist, without content. In a delta that ends the kind with `complete`, `records` and
       * `present` together name all records of the source, so that absence is proved (R30) without reading all. Only
       * for linked records: the adapter reads the ids that `ReadRequest.findUnlinked` returns, else they are skipped as
       * `not_read`.
       */
      readonly type: 'present';
      readonly kind: RecordKind;
      readonly externalIds: readonly string[];
    }
  | {
      /** An unreadable record. Without an id, absence cannot be proved for the kind in this task (R7). */
      readonly type: 'rejected';
      readonly kind: RecordKind;
      readonly externalId: string | null;
      readonly code: string;
      readonly reason: string;
      readonly origin?: string;
      /** Its position in its push, from 0. */
      readonly place?: number;
    }
  /** A position from which a read can continue. The next delta starts at the last one of a finished read. */
  | { readonly type: 'checkpoint'; readonly cursor: Cursor }
  /** The list of the kind was provably read to its end: absent records are gone (R30). */
  | { readonly type: 'complete'; readonly kind: RecordKind; readonly evidence: string }
  /** The number of records of all kinds, if the source reports it in advance. */
  | { readonly type: 'total'; readonly records: number };
