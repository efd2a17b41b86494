/** Why a task cannot be claimed now; all reasons are normal. */
export type NotClaimed =
  /** Another task of the source is running. */
  | 'busy'
  /** A worker has claimed it, or it waits for approval. */
  | 'not_queued'
  /** It waits for its back-off. */
  | 'not_due'
  /** The source is disabled. */
  | 'source_disabled'
  | 'gone'
  /** It ended before, or just now, because its workers crashed too often or it was cancelled. */
  | 'ended';
