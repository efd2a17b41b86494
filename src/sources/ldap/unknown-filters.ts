import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';
import { DEPARTMENT, type RecordKind, USER } from '../../domain/record.js';
import type { Directory } from './directory.js';
import type { ReadPlan } from './read-plan.js';
import { isLimit } from './result-error.js';

/** A filter with attributes that the server does not have. */
export interface UnknownFilter {
  readonly kind: RecordKind;
  readonly message: string;
}

/** The code of a filter with such attributes. */
export const UNKNOWN_FILTER_ATTRIBUTE = 'unknown_filter_attribute';

/**
 * Finds filters with an attribute that the server does not have. Such a part of a filter is Undefined for every entry,
 * also after "not" (RFC 4511, 4.5.1.7): the server reports success without the entries that are meant, so an entry that
 * is missing in the answer is not proved absent.
 *
 * An attribute is unknown if the readable schema of the server does not have the name and no entry has the attribute:
 * some servers (gateways, 389-ds) have attributes that are not in their schema.
 */
export async function findUnknownFilters(directory: Directory, plan: ReadPlan): Promise<readonly UnknownFilter[]> {
  const found: UnknownFilter[] = [];
  for (const [kind, part] of [[DEPARTMENT, plan.departments] as const, [USER, plan.users] as const]) {
    if (part === null) continue;
    const unknown: string[] = [];
    for (const name of missingNames(directory, part.filter)) {
      if (!(await isShown(directory, part.baseDn, name))) unknown.push(`"${name}"`);
    }
    if (unknown.length > 0) found.push({ kind, message: messageOf(kind, unknown) });
  }
  return found;
}

const missingNames = ({ schema }: Directory, filter: Filter): readonly string[] =>
  listFilterAttributes(filter).filter((name) => schema?.hasName(name) === false);

async function isShown(directory: Directory, baseDn: string, name: string): Promise<boolean> {
  const filter = new PresenceFilter({ attribute: name });
  try {
    const page = await directory.page({ baseDn, scope: 'sub', filter, attributes: ['1.1'] }, 1, null);
    return page.entries.length > 0;
  } catch (error) {
    if (!isLimit(error)) throw error;
    // Too many entries for an answer: the attribute exists.
    return true;
  }
}

function messageOf(kind: RecordKind, names: readonly string[]): string {
  return (
    `The option ${kind}s.filter names ${names.join(' and ')}, which the schema of the LDAP server does not have ` +
    'and no entry has: the server omits every entry that depends on it. Correct the name in the filter.'
  );
}

/**
 * The attribute descriptions in a filter, each once, as written. A matching rule is not one: `:dn:2.5.13.5:=` has no
 * attribute, and `userAccountControl:1.2.840.113556.1.4.803:=` has one.
 */
export function listFilterAttributes(filter: Filter): readonly string[] {
  const found = new Map<string, string>();
  for (const name of namesIn(filter)) if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), name);
  return [...found.values()];
}

function namesIn(filter: Filter): readonly string[] {
  if (filter instanceof AndFilter || filter instanceof OrFilter) return filter.filters.flatMap(namesIn);
  if (filter instanceof NotFilter) return namesIn(filter.filter);
  if (filter instanceof ExtensibleFilter) return filter.matchType === '' ? [] : [filter.matchType];
  return isComparison(filter) ? [filter.attribute] : [];
}

const COMPARISONS = [
  ...[EqualityFilter, PresenceFilter, SubstringFilter],
  ...[GreaterThanEqualsFilter, LessThanEqualsFilter, ApproximateFilter],
];

const isComparison = (filter: Filter): filter is InstanceType<(typeof COMPARISONS)[number]> =>
  COMPARISONS.some((type) => filter instanceof type);
