import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type AddressRange, isIn, parseRange } from './address-range.js';

/** Whether an address may be dialled; else what it is, for a sentence: "… is <what>". */
export type AddressVerdict =
  { readonly allowed: true } | { readonly allowed: false; readonly what: string; readonly forGood: boolean };

/**
 * Never dialled, whatever is configured: this host's and the link's own addresses, groups, tunnels that hide another
 * address, and the addresses where clouds hand out credentials to whoever asks.
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
export function judgeAddress(text: string, allow: readonly AddressRange[]): AddressVerdict {
  if (isIP(text) === 0 || text.includes('%')) return { allowed: false, what: 'no plain address', forGood: true };
  const address = unwrap(ipaddr.parse(spelledOut(text)));
  const range = address.range();
  const isLoopback = range === 'loopback';
  if (!isLoopback && NEVER.some((never) => isIn(address, never)))
    return { allowed: false, what: 'a link-local, metadata or special address', forGood: true };
  if (range === 'unicast' && (address.kind() === 'ipv4' || isIn(address, GLOBAL_IPV6))) return { allowed: true };
  if (allow.some((one) => isIn(address, one))) return { allowed: true };
  return { allowed: false, what: isLoopback ? 'this very machine' : 'a private address', forGood: false };
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
