import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an address may be dialled; else what it is, for a sentence: "… is <what>". */
export type AddressVerdict =
  { readonly allowed: true } | { readonly allowed: false; readonly what: string; readonly forGood: boolean };

/**
 * Never dialled, whatever is configured: this host's and the link's own addresses, groups, tunnels that hide another
 * address, and the addresses where clouds hand out credentials without authentication.
 */
const NEVER: readonly AddressRange[] = [
  // "This network", link-local (RFC 3927) with the metadata services, multicast, reserved and broadcast.
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  // Metadata of Alibaba Cloud and Oracle Cloud, and Azure's platform address.
  ...['100.100.100.200', '192.0.0.192', '168.63.129.16'],
  // Link-local, site-local (RFC 3879) and multicast of IPv6; metadata of AWS and Google Cloud.
  ...['fe80::/10', 'fec0::/10', 'ff00::/8', 'fd00:ec2::254', 'fd20:ce::254'],
  // IPv4-compatible, SIIT (RFC 6145), local NAT64 (RFC 8215), Teredo and 6to4: an IPv4 address in disguise.
  ...['::/96', '::ffff:0:0:0/96', '64:ff9b:1::/48', '2001::/32', '2002::/16'],
].map(rangeOf);

/** What IANA hands out to networks; the rest of IPv6 has special uses. */
const GLOBAL_IPV6 = rangeOf('2000::/3');
/** RFC 6052: how a network without IPv4 reaches IPv4; the last four bytes are the address that counts. */
const NAT64 = rangeOf('64:ff9b::/96');

/** Decides whether an address may be dialled: public ones may, others when `allow` has them, some never. */
export function classifyAddress(text: string, allow: readonly AddressRange[]): AddressVerdict {
  if (isIP(text) === 0 || text.includes('%')) return { allowed: false, what: 'not an IP address', forGood: true };
  const address = unwrap(ipaddr.parse(spelledOut(text)));
  const range = address.range();
  const isLoopback = range === 'loopback';
  if (!isLoopback && NEVER.some((never) => isIn(address, never)))
    return { allowed: false, what: 'a link-local, metadata or special address', forGood: true };
  if (range === 'unicast' && (address.kind() === 'ipv4' || isIn(address, GLOBAL_IPV6))) return { allowed: true };
  if (allow.some((one) => isIn(address, one))) return { allowed: true };
  return { allowed: false, what: isLoopback ? 'this machine' : 'a private address', forGood: false };
}

/** An IPv6 address without dots: ipaddr.js takes `::127.0.0.1` for the IPv4-mapped `::ffff:127.0.0.1`. */
function spelledOut(text: string): string {
  return isIP(text) === 6 ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
}

/** The IPv4 address that an IPv6 address stands for, else itself. */
function unwrap(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return isIn(address, NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

function rangeOf(text: string): AddressRange {
  const range = parseRange(text);
  if (!range) throw new Error(`${text} is no range of addresses.`);
  return range;
}

/** One address, or all that share the first bits of it. */
export type AddressRange = readonly [first: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address; null when it is none. An IPv4 range must have all four numbers. */
export function parseRange(text: string): AddressRange | null {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0 || address.includes('%') || !isPlain(address)) return null;
  const first = ipaddr.parse(address);
  const most = first.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [first, most];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? [first, Number(bits)] : null;
}

/** Whether an address lies in a range; one of another kind does not. */
function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, [first, bits]: AddressRange): boolean {
  return address.kind() === first.kind() && address.match(first, bits);
}

function isPlain(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
}

/** Ports from the first to the last, both included. */
export type PortRange = readonly [first: number, last: number];

/** Reads `443` or `1024-65535`; null when it is none. */
export function parsePorts(text: string): PortRange | null {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return null;
  const range: PortRange = [Number(first), Number(last)];
  return range[0] >= 1 && range[0] <= range[1] && range[1] <= 65_535 ? range : null;
}

/** A host as it stands in an address: a name to look up, or an address written out. */
type Host = { readonly type: 'name'; readonly name: string } | { readonly type: 'address'; readonly address: string };

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
