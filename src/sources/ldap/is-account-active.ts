import { AndFilter, NotFilter, PresenceFilter } from 'ldapts';
import { parseDescription } from './attribute-type.js';
import { type Directory, searchPages } from './directory.js';
import { entryId } from './entry-id.js';
import type { KindPlan } from './read-plan.js';
import { resultCode } from './result-error.js';

/** userAccountControl's ACCOUNTDISABLE (MS-ADTS 2.2.16). */
const DISABLED = 2n;

/** accountExpires: both mean "never" (MS-ADTS, accountExpires attribute). */
const NEVER: ReadonlySet<bigint> = new Set([0n, 9_223_372_036_854_775_807n]);

/**
 * userAccountControl is a signed 32-bit integer (MS-ADTS 2.2.16, syntax 2.5.5.9); some exports write its bits as an
 * unsigned one.
 */
const CONTROL_RANGE = [-2_147_483_648n, 4_294_967_295n] as const;
/** accountExpires is a number of 64 bits, and has no time before the year 1601. */
const EXPIRES_RANGE = [0n, 9_223_372_036_854_775_807n] as const;

/** An attribute whose value is not valid. */
interface UnreadableAccount {
  readonly attribute: 'userAccountControl' | 'accountExpires';
  /** A description of the value without personal data. */
  readonly shown: string;
}

/** The texts of both attributes; null = the entry does not have it. */
interface AccountValues {
  readonly control: readonly string[] | null;
  readonly expires: readonly string[] | null;
}

/**
 * Whether an account of Active Directory can log on now; undefined if the entry does not show it. A value that cannot
 * be read neither deactivates nor activates the user (R4); ACCOUNTDISABLE alone is enough to deactivate.
 */
export function isAccountActive(account: AccountValues, nowMs: number): boolean | undefined | UnreadableAccount {
  if (account.control === null) return undefined;
  const control = toInteger(account.control, CONTROL_RANGE);
  if (control === null) return { attribute: 'userAccountControl', shown: describe(account.control) };
  if ((control & DISABLED) !== 0n) return false;
  if (account.expires === null) return true;
  const expires = toInteger(account.expires, EXPIRES_RANGE);
  if (expires === null) return { attribute: 'accountExpires', shown: describe(account.expires) };
  return NEVER.has(expires) || expires > toFileTime(nowMs);
}

/** The time of Windows: intervals of 100 ns since 1601-01-01 (UTC). */
export function toFileTime(nowMs: number): bigint {
  return (BigInt(Math.floor(nowMs)) + 11_644_473_600_000n) * 10_000n;
}

function toInteger([text, ...more]: readonly string[], [least, most]: readonly [bigint, bigint]): bigint | null {
  if (text === undefined || more.length > 0 || !/^\s*-?\d{1,20}\s*$/.test(text)) return null;
  const value = BigInt(text.trim());
  return value >= least && value <= most ? value : null;
}

/** A number is not personal data; a text may be. */
function describe([text, ...more]: readonly string[]): string {
  if (text === undefined) return 'an empty value or bytes that are not text';
  if (more.length > 0) return `${more.length + 1} values`;
  return /^\s*[+-]?[\d.]{1,25}\s*$/.test(text) ? text.trim() : `a text of ${text.length} characters`;
}

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
