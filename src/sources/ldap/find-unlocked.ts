import { AndFilter, NotFilter, PresenceFilter } from 'ldapts';
import { parseDescription } from './attribute-type.js';
import { type Directory, searchPages } from './directory.js';
import { entryId } from './entry-id.js';
import type { KindPlan } from './read-plan.js';
import { resultCode } from './result-codes.js';

/** Attributes whose TRUE means that the account is off: 389-ds, eDirectory, AD LDS, OpenDJ. */
const LOCKS: ReadonlySet<string> = new Set([
  ...['nsaccountlock', 'logindisabled', 'msds-useraccountdisabled', 'ds-pwp-account-disabled'],
]);

/** Whether TRUE of an attribute means that the account is off. */
export const isLock = (attribute: string): boolean => LOCKS.has(parseDescription(attribute).type);

/** Computed for every account, so an absent one is a hidden one. */
const ALWAYS_SHOWN = 'msds-useraccountdisabled';

const isDeletable = (attribute: string): boolean =>
  isLock(attribute) && parseDescription(attribute).type !== ALWAYS_SHOWN;

/** busy and unavailable: the whole read is tried again. */
const TRANSIENT: ReadonlySet<number> = new Set([51, 52]);

/**
 * External ids of the users who are proved to have no lock. To unlock an account, 389-ds deletes the attribute, and an
 * entry that merely hides it looks the same. The filter tells them apart: where the reader may not search the
 * attribute, a filter over it is Undefined and so is its negation (RFC 4511, 4.5.1.7), so the entry is not found.
 *
 * Empty where `active` is not mapped to such locks alone, or where the server refuses the filter.
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
