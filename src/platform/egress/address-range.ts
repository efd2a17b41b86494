import ipaddr from 'ipaddr.js';

/** One address, or all that share the first bits of it. */
export type AddressRange = readonly [first: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address; null when it is none. An IPv4 range wants all four numbers. */
export function parseRange(text: string): AddressRange | null {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0 || address.includes('%') || !isPlain(address)) return null;
  const first = ipaddr.parse(address);
  const most = first.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [first, most];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? [first, Number(bits)] : null;
}

/** Whether an address lies in a range; one of another kind does not. */
export function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, [first, bits]: AddressRange): boolean {
  return address.kind() === first.kind() && address.match(first, bits);
}

function isPlain(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
}
