import { isIP } from 'node:net';

/** A host as it stands in an address: a name to look up, or an address written out. */
export type Host =
  { readonly type: 'name'; readonly name: string } | { readonly type: 'address'; readonly address: string };

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/**
 * Reads a host; null for what is neither a plain name nor an address in its usual notation.
 *
 * Resolvers take `2130706433`, `0x7f.1` and `0177.0.0.1` for addresses; here they are refused, like percent signs,
 * zones and anything that is no letter, digit, "-" or "_". A dot at the end is dropped.
 */
export function readHost(text: string): Host | null {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return bare.includes('%') ? null : { type: 'address', address: bare };
  const name = text.replace(/\.$/, '');
  if (isIP(name) === 4) return { type: 'address', address: name };
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  const looksLikeNumber = /^(\d+|0x[0-9a-f]*)$/i.test(last);
  const fits = name.length <= 253 && !looksLikeNumber && labels.every((label) => LABEL.test(label));
  return fits ? { type: 'name', name } : null;
}
