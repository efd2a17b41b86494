import type { SyncError } from '../../domain/errors.js';

/** The result of one call about one object. */
export type LookUp<Found> =
  | { readonly is: 'there'; readonly found: Found }
  /** It does not exist any more, or is not visible; a full read cannot distinguish these cases either. */
  | { readonly is: 'gone' }
  /** The answer contains no information about it, so it counts as existing. */
  | { readonly is: 'unreadable'; readonly error: SyncError };

/** Decides which errors of a call are statements about the requested object. */
export interface LookUpJudge {
  readonly isGone: (error: unknown) => boolean;
  readonly isUnreadable: (error: unknown) => error is SyncError;
}

/** Waits for the answer about one object. @throws SyncError for an error that does not concern this object */
export async function lookUp<Found>(
  work: Promise<Found>,
  { isGone, isUnreadable }: LookUpJudge,
): Promise<LookUp<Found>> {
  try {
    return { is: 'there', found: await work };
  } catch (error) {
    if (isGone(error)) return { is: 'gone' };
    if (isUnreadable(error)) return { is: 'unreadable', error };
    throw error;
  }
}
