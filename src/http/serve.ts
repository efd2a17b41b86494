import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Times of connections. */
export interface ServeTimes {
  /** From the beginning of a request until its last byte has come. */
  readonly requestMs: number;
  /** How long an answer waits for a client that reads nothing of it; default 60,000. */
  readonly unreadMs?: number;
}

/** Longer than proxies keep idle connections (60 s), so that they, not we, close one that is about to be used. */
const KEEP_ALIVE_MS = 65_000;
const MOST_HEADERS_MS = 20_000;
const MOST_CHECK_MS = 5_000;
const UNREAD_MS = 60_000;
const LINGER_MS = 1_000;

/**
 * Makes the HTTP server: a request whose headers or body come too slowly is answered with 408 and its connection closed;
 * so is that of an answer of which the client takes nothing.
 * https://nodejs.org/docs/latest-v20.x/api/http.html#serverrequesttimeout
 */
export function createHttpServer(app: RequestListener, { requestMs, unreadMs = UNREAD_MS }: ServeTimes): Server {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: requestMs,
      headersTimeout: Math.min(requestMs, MOST_HEADERS_MS),
      connectionsCheckingInterval: Math.min(Math.ceil(requestMs / 4), MOST_CHECK_MS),
    },
    (request, response) => {
      closeUnread(response, unreadMs);
      app(request, response);
    },
  );
  server.on('clientError', refuse);
  return server;
}

/** Closes a connection on which nothing moved while bytes wait; without such bytes the answer is still being made. */
function closeUnread(response: ServerResponse, unreadMs: number): void {
  response.setTimeout(unreadMs, () => {
    if (response.writableLength > 0) response.destroy();
  });
}

/** What is no HTTP has no request to answer to: Node gives the bare connection. */
const REFUSALS: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request was not received in time.'],
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers are too large.'],
};

function refuse(
  error: NodeJS.ErrnoException,
  socket: Duplex & { _httpMessage?: { headersSent: boolean } | null },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) return void socket.destroy();
  const [status, code, detail] = REFUSALS[error.code ?? ''] ?? [400, 'invalid_request', 'The request is malformed.'];
  const title = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ type: `urn:rollcall:problem:${code}`, title, status, detail, code });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    ...['Connection: close', 'Content-Type: application/problem+json', `Content-Length: ${Buffer.byteLength(body)}`],
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Closed while bytes still come in, the connection would be reset and the answer lost (RFC 9112, 9.6).
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS);
}
