/** The sub-codes that Active Directory puts into the text of a refused bind ("…, data 52e, v4563"). */
const REASONS: Readonly<Record<string, string>> = {
  '525': 'there is no such user',
  '52e': 'the password is wrong',
  '530': 'the user may not log on at this hour',
  '531': 'the user may not log on from this machine',
  '532': 'the password has expired',
  '533': 'the user is disabled',
  '568': 'the user is in too many groups',
  '701': 'the user has expired',
  '773': 'the user must change the password first',
  '775': 'the user is locked out',
};

/** Why Active Directory refused a bind, in plain words; null where its message has no known sub-code. */
export function adBindReason(message: string): string | null {
  const code = /\bdata ([0-9a-f]{3,4})\b/i.exec(message)?.[1]?.toLowerCase();
  return (code === undefined ? undefined : REASONS[code]) ?? null;
}
