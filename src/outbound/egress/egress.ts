import { lookup as lookUp } from 'node:dns/promises';
import { EgressRefusedError } from '../../domain/errors.js';
import {
  type AddressRange,
  type AddressVerdict,
  classifyAddress,
  parsePorts,
  parseRange,
  type PortRange,
  readHost,
} from './classify-address.js';

/** An address that may be dialled. */
export interface DialAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Decides where connections to configured addresses may go. */
export interface Egress {
  /**
   * Turns a host into the addresses to dial; dial these and nothing else, or the name may lead elsewhere by then.
   * @throws EgressRefusedError, or what the resolver throws (ENOTFOUND …)
   */
  resolve(host: string, port: number): Promise<readonly [DialAddress, ...DialAddress[]]>;
  /** Whether an address that a connection has reached is one that it may reach. */
  permits(address: string): boolean;
}

/** What an operator allows. */
export interface EgressRules {
  /** Ranges that are not public and may be dialled all the same, e.g. `10.0.0.0/8`. */
  readonly allow: readonly string[];
  /** Ports, e.g. `443` or `1024-65535`; DEFAULT_PORTS when left out. */
  readonly ports?: readonly string[];
  /** Looks names up; the system's resolver by default. */
  readonly lookup?: (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;
}

/** https and LDAP with their usual second ports, and Active Directory's global catalogue. */
export const DEFAULT_PORTS: readonly string[] = ['443', '8443', '389', '636', '3268', '3269'];

/**
 * Makes a guard of rules.
 * @throws Error for a range or port that is none.
 */
export function createEgress({ allow, ports = DEFAULT_PORTS, lookup = lookUpAll }: EgressRules): Egress {
  const ranges: readonly AddressRange[] = allow.map((text) => parsed(text, parseRange));
  const allowedPorts: readonly PortRange[] = ports.map((text) => parsed(text, parsePorts));
  const classify = (address: string) => classifyAddress(address, ranges);
  return {
    permits: (address) => classify(address).allowed,
    async resolve(host, port) {
      refusePort(host, port, allowedPorts);
      const read = readHost(host);
      if (!read) throw new EgressRefusedError(`"${shown(host)}" is neither a host name nor an IP address.`);
      const found = read.type === 'name' ? await lookup(read.name) : [{ address: read.address }];
      return keepAllowed(
        shown(host),
        found.map(({ address }) => address),
        classify,
      );
    },
  };
}

/** Nothing but public addresses on the usual ports: what holds where nothing else was said. */
export const PUBLIC_ONLY: Egress = createEgress({ allow: [] });

function lookUpAll(name: string) {
  return lookUp(name, { all: true, verbatim: true });
}

function refusePort(host: string, port: number, allowed: readonly PortRange[]): void {
  if (allowed.some(([first, last]) => port >= first && port <= last)) return;
  throw new EgressRefusedError(`Port ${port} of ${shown(host)} is not allowed: EGRESS_PORTS does not contain it.`);
}

/** A name with several addresses leads to those that are allowed. */
function keepAllowed(
  host: string,
  addresses: readonly string[],
  classify: (address: string) => AddressVerdict,
): readonly [DialAddress, ...DialAddress[]] {
  const verdicts = addresses.map((address) => ({ address, verdict: classify(address) }));
  const [first, ...more] = verdicts.filter(({ verdict }) => verdict.allowed).map(({ address }) => dial(address));
  if (first) return [first, ...more];
  throw refusal(
    host,
    verdicts.map(({ verdict }) => verdict),
  );
}

/** Names the kind of address, not the address itself: addresses of an internal network are not disclosed. */
function refusal(host: string, verdicts: readonly AddressVerdict[]): EgressRefusedError {
  const refused = verdicts.find((verdict) => !verdict.allowed && !verdict.forGood) ?? verdicts[0];
  if (refused === undefined || refused.allowed) return new EgressRefusedError(`${host} has no address.`);
  const advice = refused.forGood ? 'which is never allowed' : 'EGRESS_ALLOW does not contain it';
  return new EgressRefusedError(`${host} resolves to ${refused.what}: ${advice}.`);
}

function dial(address: string): DialAddress {
  return { address, family: address.includes(':') ? 6 : 4 };
}

function parsed<T>(text: string, parse: (text: string) => T | null): T {
  const value = parse(text);
  if (value === null) throw new Error(`"${text}" is neither a range of addresses nor of ports.`);
  return value;
}

/** A host from user input, shortened and without characters that would break a line. */
function shown(host: string): string {
  return host.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);
}
