import type { RecordKind, SourceRecord } from './record.js';

/**
 * One message of a read. Order matters: a checkpoint covers every message before it.
 *
 * `complete` is a message, so that "the loop ended" can never be mistaken for "the list ended".
 */
export type SourceMessage<Cursor> =
  | {
      /** Present. A few hundred records a message is a good size. */
      readonly type: 'records';
      readonly kind: RecordKind;
      readonly records: readonly SourceRecord[];
      /** The push that brought them, where there is one. */
      readonly origin?: string;
    }
  | {
      /** The source says: gone. */
      readonly type: 'tombstones';
      readonly kind: RecordKind;
      readonly externalIds: readonly unknown[];
      readonly origin?: string;
      /** The place of each in the push that brought them, from 0. */
      readonly places?: readonly number[];
    }
  | {
      /**
       * Still there; nothing is said about the content. In a delta that ends the kind with `complete`, `records` and
       * `present` together name everything that the source has, so that absence is proved (R30) without reading all.
       * Only for linked records: the adapter reads what `ReadRequest.findUnlinked` returns, else the id is skipped as
       * `not_read`.
       */
      readonly type: 'present';
      readonly kind: RecordKind;
      readonly externalIds: readonly string[];
    }
  | {
      /** Seen, but unreadable. Without an id, absence can't be proved for the kind in this task (R7). */
      readonly type: 'rejected';
      readonly kind: RecordKind;
      readonly externalId: string | null;
      readonly code: string;
      readonly reason: string;
      readonly origin?: string;
      /** Its place in the push that brought it, from 0. */
      readonly place?: number;
    }
  /** Safe to go on from here. The last one of a finished read is where the next delta starts. */
  | { readonly type: 'checkpoint'; readonly cursor: Cursor }
  /** Read to its proved end: absence now means gone (R30). */
  | { readonly type: 'complete'; readonly kind: RecordKind; readonly evidence: string }
  /** How many records of all kinds the read will have, where the source tells beforehand. */
  | { readonly type: 'total'; readonly records: number };
