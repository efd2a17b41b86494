import { SourceUnavailableError } from '../../domain/errors.js';
import WebSocket from 'ws';
import type { Egress } from '../egress/egress.js';
import { checkUrl } from './address-option.js';
import { egressOf, guardedConnector } from './open-agent.js';
import { connectionError } from './http-errors.js';

/** Where a WebSocket leads, and within what. */
export interface WebSocketRequest {
  /** `wss://…`; never logged or put into an error, because it may hold a ticket. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** For name, connection, TLS and handshake together. */
  readonly timeoutMs: number;
  /** Of one message. */
  readonly maxBytes: number;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Lets plain ws through to this very machine; for tests and development. */
  readonly allowHttp?: boolean | undefined;
  /** Where it may go. Left out: public addresses only, or this very machine only with `allowHttp`. */
  readonly egress?: Egress | undefined;
}

/**
 * Opens a WebSocket by the same rules as every other outgoing connection. The caller ends it by `terminate`,
 * also after `close`, which waits for the other side.
 * @throws SourceConfigError EgressRefusedError SourceUnavailableError, or the signal's reason
 */
export async function openWebSocket(asked: WebSocketRequest): Promise<WebSocket> {
  const { url, signal, timeoutMs, maxBytes: maxPayload } = asked;
  signal.throwIfAborted();
  checkUrl(asHttp(url), asked.allowHttp ?? false);
  const deadline = AbortSignal.timeout(timeoutMs);
  const options = { maxPayload, followRedirects: false, perMessageDeflate: false };
  const socket = new WebSocket(url, { ...options, createConnection: dialer(asked) as never });
  try {
    await opened(socket, AbortSignal.any([signal, deadline]));
    return socket;
  } catch (cause) {
    socket.terminate();
    throw connectionError(cause, asked, deadline);
  }
}

/** A handshake is a request of http, and judged like one. */
const asHttp = (url: string) => url.replace(/^ws(s?):/, 'http$1:');

/** Node's http takes the socket by the callback as well as by the answer. */
function dialer({ url, ca, ...world }: WebSocketRequest) {
  const connect = guardedConnector({ ca, egress: egressOf(world) });
  const { hostname, host, protocol, port } = new URL(asHttp(url));
  return (_options: unknown, done: Parameters<typeof connect>[1]): void => {
    connect({ hostname, host, protocol, port }, done);
  };
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(signal.reason as Error);
    signal.addEventListener('abort', refuse, { once: true });
    // Stays: a socket that is torn down before it is open says so once more.
    socket.on('error', reject);
    socket.once('unexpected-response', (_request, { statusCode = 0 }) =>
      reject(new SourceUnavailableError(`The WebSocket was refused with status ${statusCode}.`)),
    );
    socket.once('open', () => {
      signal.removeEventListener('abort', refuse);
      resolve();
    });
  });
}
