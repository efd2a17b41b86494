import type { SyncError } from '../../domain/errors.js';

/** What one call says of one thing. */
export type LookUp<Found> =
  | { readonly is: 'there'; readonly found: Found }
  /** No more there, or out of the app's sight, which a full read can't tell apart either. */
  | { readonly is: 'gone' }
  /** An answer that says nothing of it: it is there as far as is known. */
  | { readonly is: 'unreadable'; readonly error: SyncError };

/** Which errors of a call are a statement about the thing that was asked for. */
export interface LookUpJudge {
  readonly isGone: (error: unknown) => boolean;
  readonly isUnreadable: (error: unknown) => error is SyncError;
}

/** Waits for the answer about one thing. @throws SyncError for what is no matter of this thing */
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
