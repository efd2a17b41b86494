import type { Fields } from './fields.js';
import type { RecordKind } from './record.js';

/** The action of a line of a plan on its row. */
export const CHANGE_ACTIONS = ['create', 'link', 'update', 'remove', 'restore', 'skip'] as const;
/** One of `CHANGE_ACTIONS`. */
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/**
 * The code of a line that moves the link of a source from one record to another on the same row (R10): `link` in a sync,
 * `remove` and `restore` in its undo.
 */
export const LINK_MOVED = 'link_moved';

/** The actions that lists show: also `keep`, a record that needs no write but has fields that are left out. */
export const SHOWN_ACTIONS = [...CHANGE_ACTIONS, 'keep'] as const;
/** One of `SHOWN_ACTIONS`. */
export type ShownAction = (typeof SHOWN_ACTIONS)[number];

/** `planned` until it was applied or failed; a line with the action `skip` ends as `skipped`. */
export const CHANGE_OUTCOMES = ['planned', 'applied', 'failed', 'skipped'] as const;
/** One of `CHANGE_OUTCOMES`. */
export type ChangeOutcome = (typeof CHANGE_OUTCOMES)[number];

/** One line of a plan. */
export interface PlannedChange {
  /** The kind in whose counts it is included: `user`, `department`, `membership`, … */
  readonly kind: RecordKind;
  readonly externalId: string | null;
  readonly targetId: string | null;
  readonly action: ChangeAction;
  /** Only the fields that change. */
  readonly before: Fields | null;
  readonly after: Fields | null;
  /** The version of the row that the plan was made for; null for a new row, 0 for a row that belongs to a new one. */
  readonly version: number | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly origin: string | null;
}

/** A planned line that changes nothing; it contains the reason. */
export function skip(
  kind: RecordKind,
  externalId: string | null,
  why: { code: string; message: string; targetId?: string | null; origin?: string | null },
): PlannedChange {
  return {
    kind,
    externalId,
    targetId: why.targetId ?? null,
    action: 'skip',
    before: null,
    after: null,
    version: null,
    code: why.code,
    message: why.message,
    origin: why.origin ?? null,
  };
}
