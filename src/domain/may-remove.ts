/** What one read made of a kind. */
export interface ReadQuality {
  /** The adapter proved the end of the list (R30). */
  readonly complete: boolean;
  /** Records with an id, invalid ones included. */
  readonly seen: number;
  readonly invalid: number;
  /** Rejected records without an id: each might be any of the absent ones (R7). */
  readonly nameless: number;
}

/** Whether absence may be read as "gone", or the code of why not. */
export type RemovalVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'not_complete' | 'nameless_records' | 'bad_records' };

/** Share of invalid records from which a read is not believed, in percent, exclusive; and the least number (R34). */
const BAD_PERCENT = 1;
const BAD_RECORDS = 5;

/** Decides whether records that a read did not see are gone (R7, R30, R34). */
export function mayRemove({ complete, seen, invalid, nameless }: ReadQuality): RemovalVerdict {
  if (!complete) return { allowed: false, reason: 'not_complete' };
  if (nameless > 0) return { allowed: false, reason: 'nameless_records' };
  if (invalid >= BAD_RECORDS && invalid * 100 > BAD_PERCENT * seen) return { allowed: false, reason: 'bad_records' };
  return { allowed: true };
}
