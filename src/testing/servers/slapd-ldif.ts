/** An entry's attributes, by name. */
export type LdifAttributes = Readonly<Record<string, string | Buffer | readonly string[]>>;

/** One entry as LDIF (RFC 2849); text that LDIF can't carry goes as base64. */
export function ldifEntry(dn: string, attributes: LdifAttributes): string {
  const lines = [ldifLine('dn', dn)];
  for (const [name, given] of Object.entries(attributes)) {
    const values = typeof given === 'string' || Buffer.isBuffer(given) ? [given] : given;
    for (const value of values) lines.push(ldifLine(name, value));
  }
  return `${lines.join('\n')}\n\n`;
}

/** A value for a DN: special characters as RFC 4514 requires. */
export function escapeDnValue(value: string): string {
  return value
    .replace(/[\\"+,;<>]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

function ldifLine(name: string, value: string | Buffer): string {
  const isSafe = typeof value === 'string' && /^[!-9;=-~][ -~]*$/.test(value) && !value.endsWith(' ');
  return isSafe ? `${name}: ${value}` : `${name}:: ${Buffer.from(value as string).toString('base64')}`;
}
