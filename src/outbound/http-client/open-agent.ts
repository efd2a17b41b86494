import type { LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { EgressRefusedError } from '../../domain/errors.js';
import { createEgress, type DialAddress, type Egress, PUBLIC_ONLY } from '../egress/egress.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** How connections are made. */
interface AgentOptions {
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Where they may go; only to public addresses when left out. */
  readonly egress?: Egress | undefined;
  /** At once to one host; default 1. */
  readonly connections?: number;
}

/**
 * Opens the connections of one call, or of a client that makes many. Every outgoing http connection starts here: what
 * may be reached is decided here.
 */
export function openAgent({ ca, egress = PUBLIC_ONLY, connections = 1 }: AgentOptions): Agent {
  return new Agent({
    connections,
    // The caller's deadline rules the body and the headers.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: guardedConnector({ ca, egress }),
  });
}

/**
 * Makes what opens one connection after the guard's rules, for those that are no http: a WebSocket.
 * Its errors are EgressRefusedError and those of sockets and resolvers.
 */
export function guardedConnector({
  ca,
  egress = PUBLIC_ONLY,
}: Pick<AgentOptions, 'ca' | 'egress'>): buildConnector.connector {
  return guarded(egress, { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) });
}

/** Resolves and judges first, then dials the very addresses that were judged; TLS still checks the name. */
function guarded(egress: Egress, options: buildConnector.BuildOptions): buildConnector.connector {
  return (target, callback) => {
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const dial = (addresses: readonly [DialAddress, ...DialAddress[]]) =>
      buildConnector({ ...options, lookup: answerWith(addresses) })(target, (...result) => {
        const [error, socket] = result;
        if (error !== null || egress.permits(socket.remoteAddress ?? '')) return callback(...result);
        socket.destroy();
        callback(new EgressRefusedError(`${target.hostname} was reached at an address that is not allowed.`), null);
      });
    // A connector throws where the certificates can't be read: that is this connection's error too.
    egress
      .resolve(target.hostname, port)
      .then(dial)
      .catch((error: unknown) => callback(asError(error), null));
  };
}

/** A resolver that knows one answer. */
function answerWith(addresses: readonly [DialAddress, ...DialAddress[]]): LookupFunction {
  return (_host, { all }, done) => {
    if (all) done(null, [...addresses]);
    else done(null, addresses[0].address, addresses[0].family);
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

const THIS_MACHINE = createEgress({ allow: ['127.0.0.0/8', '::1'], ports: ['1-65535'] });

/** The default egress of a client: public addresses only, or this machine only with `allowHttp`. */
export function egressOf(asked: {
  readonly allowHttp?: boolean | undefined;
  readonly egress?: Egress | undefined;
}): Egress | undefined {
  return asked.egress ?? (asked.allowHttp ? THIS_MACHINE : undefined);
}
