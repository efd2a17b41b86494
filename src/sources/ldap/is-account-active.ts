/** userAccountControl's ACCOUNTDISABLE (MS-ADTS 2.2.16). */
const DISABLED = 2n;

/** accountExpires: both mean "never" (MS-ADTS, accountExpires attribute). */
const NEVER: ReadonlySet<bigint> = new Set([0n, 9_223_372_036_854_775_807n]);

/** Whether Active Directory lets an account log on now; undefined when it doesn't show us. */
export function isAccountActive(
  account: { readonly control: string | null; readonly expires: string | null },
  nowMs: number,
): boolean | undefined {
  const control = toInteger(account.control);
  if (control === null) return undefined;
  if ((control & DISABLED) !== 0n) return false;
  const expires = toInteger(account.expires);
  return expires === null || NEVER.has(expires) || expires > toFileTime(nowMs);
}

/** Windows' count of 100 ns since 1601-01-01 (UTC). */
export function toFileTime(nowMs: number): bigint {
  return (BigInt(Math.floor(nowMs)) + 11_644_473_600_000n) * 10_000n;
}

function toInteger(text: string | null): bigint | null {
  return text !== null && /^-?\d{1,20}$/.test(text) ? BigInt(text) : null;
}
