import { AndFilter, NotFilter, PresenceFilter } from 'ldapts';
import { parseDescription } from './attribute-type.js';
import { type Directory, searchPages } from './directory.js';
import { entryId } from './entry-id.js';
import type { KindPlan } from './read-plan.js';
import { resultCode } from './result-codes.js';

/** Attributes whose value TRUE means that the account is inactive: 389-ds, eDirectory, AD LDS, OpenDJ. */
const LOCKS: ReadonlySet<string> = new Set([
  ...['nsaccountlock', 'logindisabled', 'msds-useraccountdisabled', 'ds-pwp-account-disabled'],
]);

/** Whether the value TRUE of an attribute means that the account is inactive. */
export const isLock = (attribute: string): boolean => LOCKS.has(parseDescription(attribute).type);

/** Computed for every account: if it is absent, it is hidden. */
const ALWAYS_SHOWN = 'msds-useraccountdisabled';

const isDeletable = (attribute: string): boolean =>
  isLock(attribute) && parseDescription(attribute).type !== ALWAYS_SHOWN;

/** busy and unavailable: the whole read is repeated. */
const TRANSIENT: ReadonlySet<number> = new Set([51, 52]);

/**
 * The external ids of the users who are proved to have no lock. To unlock an account, 389-ds deletes the attribute, and
 * an entry that hides the attribute looks the same. A filter distinguishes them: if the bind DN may not search the
 * attribute, a filter over it is Undefined and so is its negation (RFC 4511, 4.5.1.7), so the entry is not found.
 *
 * Empty if `active` is mapped to other attributes, or if the server refuses the filter.
 */
export async function findUnlocked(
  directory: Directory,
  { baseDn, filter, idAttribute, fields }: KindPlan,
  pageSize: number,
): Promise<ReadonlySet<string>> {
  const unlocked = new Set<string>();
  const locks = fields['active'] ?? [];
  if (locks.length === 0 || !locks.every(isDeletable)) return unlocked;
  const absent = locks.map((attribute) => new NotFilter({ filter: new PresenceFilter({ attribute }) }));
  const both = new AndFilter({ filters: [filter, ...absent] });
  const search = { baseDn, scope: 'sub', filter: both, attributes: [idAttribute] } as const;
  try {
    for await (const { entries } of searchPages(directory, search, pageSize)) {
      for (const entry of entries) unlocked.add(entryId(entry, idAttribute) ?? '');
    }
  } catch (error) {
    const code = resultCode(error);
    // A refused filter proves nothing.
    if (code === null || TRANSIENT.has(code)) throw error;
    return new Set();
  }
  unlocked.delete('');
  return unlocked;
}
