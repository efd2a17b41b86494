import type { RecordKind } from '../../domain/record.js';
import { PAGE_SIZE, type RunContext } from '../run-context.js';
import type { NamedRecord, Problem, RecordReading } from './validate-record.js';

/** The items of a read, in order: a record, a tombstone, or an id that is present without content. */
type Sighting =
  | { readonly seq: number; readonly state: 'record'; readonly record: NamedRecord; readonly origin: string | null }
  | { readonly seq: number; readonly state: 'tombstone' | 'present'; readonly externalId: string };

/** A record that cannot be used, with its position in the read and its push. */
export interface SightedProblem extends Problem {
  readonly seq: number;
  readonly origin: string | null;
  /** Its position in that push, from 0. */
  readonly place: number | null;
}

/** The items of one kind that one transaction of a pull stages. */
export interface Page {
  readonly kind: RecordKind;
  readonly sightings: Sighting[];
  readonly problems: SightedProblem[];
}

/** An empty page. */
export function emptyPage(kind: RecordKind): Page {
  return { kind, sightings: [], problems: [] };
}

/** Whether the page must be staged before more is added. */
export function isFull(page: Page): boolean {
  return page.sightings.length + page.problems.length >= PAGE_SIZE;
}

/** Keys that are another name of a field or belong to the record itself. */
const OTHER_NAMES = ['sort', 'uid', 'isDeleted'];

/** How records of a kind are read: the target's schema and the source's mapping; undefined if there is no target. */
export function readingOf({ targets, source, placeholders }: RunContext, kind: RecordKind): RecordReading | undefined {
  const target = targets.ofKind(kind);
  if (!target) return undefined;
  const mapping = (source.mapping as Record<RecordKind, Record<string, string>> | null)?.[kind] ?? {};
  const { recordSchema: schema, placeholderFields = {} } = target;
  const derived = targets.derivedFrom(kind).map(({ field }) => field);
  const names = new Set([...target.fields, ...target.references.map(({ field }) => field), ...derived, ...OTHER_NAMES]);
  return { schema, mapping, placeholders, placeholderFields, names, inForce: Object.keys(target.inForce) };
}
