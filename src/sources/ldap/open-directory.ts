import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Client, PresenceFilter, ResultCodeError } from 'ldapts';
import pTimeout from 'p-timeout';
import { SourceConfigError, SourceUnavailableError } from '../../domain/errors.js';
import { type Directory, type DirectoryPage, orAbort, requestPage } from './directory.js';
import type { LdapConfig } from './ldap-config.js';

/** The time limits for the server. */
export interface DirectoryTimeouts {
  /** For connection, TLS and bind together. */
  readonly openMs: number;
  /** For one page. */
  readonly answerMs: number;
}

/** The time limits for a caller that sets none. */
export const DIRECTORY_TIMEOUTS: DirectoryTimeouts = { openMs: 15_000, answerMs: 70_000 };

/** Resolves a host to the address to connect to, or refuses the host and port; TLS still checks the name. */
export type ResolveHost = (host: string, port: number) => Promise<string>;

/** The settings for opening a connection. */
export interface OpenOptions {
  readonly config: LdapConfig;
  readonly signal: AbortSignal;
  readonly resolveHost: ResolveHost;
  readonly timeouts: DirectoryTimeouts;
}

/**
 * Connects, encrypts as the options require, and binds.
 * @throws the errors of ldapts or Node, or the reason of the signal
 */
export async function openDirectory({ config, signal, resolveHost, timeouts }: OpenOptions): Promise<Directory> {
  signal.throwIfAborted();
  const { host, port } = placeOf(config);
  const address = await orAbort(resolveHost(host, port), signal, timeouts.openMs);
  const sockets: Socket[] = [];
  const lost = new AbortController();
  const either = AbortSignal.any([signal, lost.signal]);
  const client = createClient({ config, host, address, keep: (socket) => watch(socket, sockets, lost) });
  try {
    await orAbort(bind(client, config, host), either, timeouts.openMs);
  } catch (error) {
    await disconnect(client, sockets);
    throw error;
  }
  return {
    page: (search, size, cookie) => orAbort(requestPage(client, search, { size, cookie }), either, timeouts.answerMs),
    entry: async (dn, attributes) => {
      const found = await orAbort(findEntry(client, dn, attributes), either, timeouts.answerMs);
      return found?.entries[0] ?? null;
    },
    close: () => disconnect(client, sockets),
  };
}

function placeOf(config: LdapConfig): { readonly host: string; readonly port: number } {
  if (!URL.canParse(config.url)) throw new SourceConfigError('The option url is not an address of a host.');
  const { hostname, port } = new URL(config.url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (isLdaps(config) ? 636 : 389) };
}

/**
 * Keeps a socket, so that closing does not depend on the state of ldapts, and reports when it closes: after StartTLS,
 * ldapts does not notice this, and would wait until its time limit.
 */
function watch<S extends Socket>(socket: S, sockets: Socket[], lost: AbortController): S {
  sockets.push(socket);
  // Delayed, so that an error of the same tick is reported first.
  return socket.once('close', () => setImmediate(() => lost.abort(connectionLost())));
}

const connectionLost = () => new SourceUnavailableError('The LDAP server closed the connection.');

interface Dial {
  readonly config: LdapConfig;
  readonly host: string;
  readonly address: string;
  /** Receives every socket. */
  readonly keep: <S extends Socket>(socket: S) => S;
}

function createClient({ config, host, address, keep }: Dial): Client {
  const tls = tlsOptions(config, host);
  return new Client({
    url: config.url,
    // The time limits are those of orAbort: the timers of ldapts outlive a connection that was lost after StartTLS.
    // With tlsOptions, ldapts starts TLS at once, also on an ldap:// address.
    ...(isLdaps(config) ? { tlsOptions: tls } : {}),
    createConnection: ((port: number) => keep(connectPlain({ port, host: address }))) as typeof connectPlain,
    createSecureConnection: (first: number | ConnectionOptions) =>
      keep(connectTls(typeof first === 'number' ? { ...tls, port: first, host: address } : first)),
  });
}

async function bind(client: Client, config: LdapConfig, host: string): Promise<void> {
  if (config.startTls) await client.startTLS({ ...tlsOptions(config, host), host });
  await client.bind(config.bindDn, config.bindPassword);
}

function tlsOptions({ tls }: LdapConfig, host: string): ConnectionOptions {
  const name = tls?.serverName ?? host;
  return {
    minVersion: 'TLSv1.2',
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    // An IP address has no server name indication; it is checked against the addresses in the certificate.
    ...(isIP(name) ? {} : { servername: name }),
  };
}

const isLdaps = ({ url }: LdapConfig) => /^ldaps:/i.test(url);

async function findEntry(client: Client, dn: string, attributes: readonly string[]): Promise<DirectoryPage | null> {
  const filter = new PresenceFilter({ attribute: 'objectClass' });
  try {
    return await requestPage(client, { baseDn: dn, scope: 'base', filter, attributes }, { size: 10, cookie: null });
  } catch (error) {
    if (error instanceof ResultCodeError && error.code === 32) return null;
    throw error;
  }
}

/** The time limit for the unbind. */
const UNBIND_MS = 300;

async function disconnect(client: Client, sockets: readonly Socket[]): Promise<void> {
  try {
    await pTimeout(client.unbind(), { milliseconds: UNBIND_MS });
  } catch {
    // The connection was already closing; the sockets are destroyed below.
  } finally {
    for (const socket of sockets) socket.on('error', () => undefined).destroy();
  }
}
