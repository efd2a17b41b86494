import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FakeAnswer } from './fake-http.js';
import type { FakeTls } from './fake-http-api.js';

/** What a client answered to an event: `SUCCESS`, `LATER`, or a code that is not 200. */
export interface FakeAck {
  readonly messageId: string;
  readonly status: string;
}

const TICKET_MS = 90_000;

/**
 * DingTalk's Stream gateway as its protocol's description has it (developerpedia, learn/stream/protocol): tickets for
 * one connection, events that come until they are acknowledged, pings, and a notice before the end. Events
 * without a connection wait for one.
 */
export class FakeDingtalkGateway {
  readonly acks: FakeAck[] = [];
  /** Messages of clients, parsed, in their order. */
  readonly heard: Record<string, unknown>[] = [];
  /** Connections since the start. */
  opened = 0;
  /** Open connections that answer nothing any more, without an end: a dead line. */
  frozen = false;
  /** This many connections are refused for their ticket. */
  refuseTickets = 0;
  private readonly sockets = new Set<WebSocket>();
  private readonly tickets = new Map<string, number>();
  /** Not acknowledged yet, by message id. */
  private readonly waiting = new Map<string, string>();
  private readonly retry: NodeJS.Timeout;

  private constructor(
    private readonly server: Server,
    private readonly websockets: WebSocketServer,
    private readonly scheme: string,
    retryMs: number,
  ) {
    server.on('upgrade', (request: IncomingMessage, socket, head) => this.upgrade(request, socket, head));
    this.retry = setInterval(() => this.deliver(), retryMs);
  }

  /** @param retryMs after which an event without an answer comes again; a minute in the real one */
  static async start({ tls, retryMs = 500 }: { tls?: FakeTls | undefined; retryMs?: number } = {}) {
    const server = tls ? createTlsServer(tls) : createServer();
    const websockets = new WebSocketServer({ noServer: true, autoPong: false });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeDingtalkGateway(server, websockets, tls ? 'wss' : 'ws', retryMs);
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** What `POST /v1.0/gateway/connections/open` answers. */
  open(body: unknown, app: { readonly appKey: string; readonly appSecret: string }): FakeAnswer {
    const { clientId, clientSecret, subscriptions } = (body ?? {}) as Record<string, unknown>;
    if (clientId !== app.appKey || clientSecret !== app.appSecret) {
      return { status: 401, json: { requestid: 'fake', code: 'authFailed', message: '鉴权失败' } };
    }
    if (!JSON.stringify(subscriptions ?? null).includes('"EVENT"')) {
      return { status: 400, json: { requestid: 'fake', code: 'param.subscriptions', message: 'subscriptions为空' } };
    }
    const ticket = randomUUID();
    this.tickets.set(ticket, Date.now() + TICKET_MS);
    const { port } = this.server.address() as AddressInfo;
    return { json: { endpoint: `${this.scheme}://127.0.0.1:${port}/connect`, ticket } };
  }

  /** Something happens in the company. @returns the message's id. */
  tell(eventType: string, data: Readonly<Record<string, unknown>>): string {
    const messageId = randomUUID();
    const about = { eventType, eventId: randomUUID(), eventCorpId: 'dingfakecorp', eventBornTime: String(Date.now()) };
    const headers = { topic: '*', messageId, contentType: 'application/json', time: String(Date.now()), ...about };
    const text = JSON.stringify({ specVersion: '1.0', type: 'EVENT', headers, data: JSON.stringify(data) });
    this.waiting.set(messageId, text);
    this.deliver([text]);
    return messageId;
  }

  /** Sends all open connections a message of the system. */
  system(topic: string, data: Readonly<Record<string, unknown>>): void {
    const headers = { topic, messageId: randomUUID(), contentType: 'application/json' };
    this.say(JSON.stringify({ specVersion: '1.0', type: 'SYSTEM', headers, data: JSON.stringify(data) }));
  }

  /** Sends all open connections any text. */
  say(text: string): void {
    for (const socket of this.sockets) socket.send(text);
  }

  /** Breaks every connection off. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async close(): Promise<void> {
    clearInterval(this.retry);
    this.cut();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://fake').searchParams.get('ticket') ?? '';
    const good = (this.tickets.get(ticket) ?? 0) > Date.now();
    // A ticket is good once.
    this.tickets.delete(ticket);
    if (!good || this.refuseTickets > 0) {
      this.refuseTickets -= 1;
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.websockets.handleUpgrade(request, socket, head, (websocket) => this.accept(websocket));
  }

  private accept(socket: WebSocket): void {
    this.opened += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.on('ping', (data) => (this.frozen ? undefined : socket.pong(data)));
    socket.on('message', (bytes: Buffer) => this.hear(JSON.parse(bytes.toString('utf8')) as Record<string, unknown>));
    this.deliver();
  }

  private hear(message: Record<string, unknown>): void {
    this.heard.push(message);
    const { code, headers, data } = message as { code: number; headers: { messageId: string }; data: string };
    if (!this.waiting.has(headers.messageId)) return;
    const status = code === 200 ? (JSON.parse(data) as { status: string }).status : String(code);
    this.acks.push({ messageId: headers.messageId, status });
    if (status === 'SUCCESS') this.waiting.delete(headers.messageId);
  }

  /** To any one connection, until it says that it has it. */
  private deliver(texts: Iterable<string> = this.waiting.values()): void {
    const [socket] = [...this.sockets].filter(({ readyState, OPEN }) => readyState === OPEN);
    if (!socket || this.frozen) return;
    for (const text of texts) socket.send(text);
  }
}
