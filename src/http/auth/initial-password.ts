/** A password that somebody else set opens nothing after so many days, unless its owner has changed it before. */
const INITIAL_PASSWORD_DAYS = 7;

/** When a password that is set for somebody else now expires. */
export function initialPasswordExpiry(): Date {
  return new Date(Date.now() + INITIAL_PASSWORD_DAYS * 86_400_000);
}
