/** Why a task is not to be worked on now; all of these are normal. */
export type NotClaimed =
  /** Another task of the source is at work. */
  | 'busy'
  /** A worker has it, or it waits for a person. */
  | 'not_queued'
  /** It waits for its back-off. */
  | 'not_due'
  /** Nothing is to be done until the source is enabled again. */
  | 'source_disabled'
  | 'gone'
  /** It ended before, or just now because its workers died of it or it was cancelled. */
  | 'ended';
