import type { RecordKind } from '../../domain/record.js';
import { PAGE_SIZE } from '../page-size.js';
import type { NamedRecord, Problem } from './judge-record.js';

/** What a read saw, in order: a record, an explicit "gone", or an id that is merely still there. */
export type Sighting =
  | { readonly seq: number; readonly state: 'record'; readonly record: NamedRecord; readonly origin: string | null }
  | { readonly seq: number; readonly state: 'tombstone' | 'present'; readonly externalId: string };

/** A record that can't be used, with its place in the read and the push that brought it. */
export interface SightedProblem extends Problem {
  readonly seq: number;
  readonly origin: string | null;
}

/** What one transaction of a pull stages: sightings of one kind. */
export interface Page {
  readonly kind: RecordKind;
  readonly sightings: Sighting[];
  readonly problems: SightedProblem[];
}

/** A page to begin with. */
export function emptyPage(kind: RecordKind): Page {
  return { kind, sightings: [], problems: [] };
}

/** Whether the page should be staged before more is added. */
export function isFull(page: Page): boolean {
  return page.sightings.length + page.problems.length >= PAGE_SIZE;
}
